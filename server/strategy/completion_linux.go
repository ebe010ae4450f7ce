package strategy

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendmsg makes one send. Where the kernel has no room to remember another send
// in flight, or the ring has none, the kernel copies, as write(2) does.
func (z *zerocopy) sendmsg(fd int, p []byte) (int, error) {
	if z.ring.flying >= reapAfter {
		z.reap(fd)
	}
	if z.ring.flying < maxSpans {
		n, err := unix.SendmsgN(fd, p, nil, nil, unix.MSG_ZEROCOPY)
		if n > 0 {
			z.ring.took(n, true)
			z.counts.sends++
		}
		if err != unix.ENOBUFS {
			return n, err
		}
	}
	n, err := unix.SendmsgN(fd, p, nil, nil, 0)
	if n > 0 {
		z.ring.took(n, false)
		z.counts.refused++
	}
	return n, err
}

// reap reads the completions that are there from the socket's error queue.
func (z *zerocopy) reap(fd int) {
	for {
		// unix.Recvmsg would allocate an address for each call.
		z.note.Control = &z.oob[0]
		z.note.SetControllen(len(z.oob))
		_, _, err := unix.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&z.note)), unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		if err == unix.EINTR {
			continue
		}
		if err != 0 {
			return // EAGAIN, or an error of the connection, which the next send reports
		}
		if c, ok := parseCompletion(z.oob[:z.note.Controllen]); ok {
			sends := uint64(c.hi-c.lo) + 1
			z.counts.completed += sends
			if c.copied {
				z.counts.copied += sends
			}
			z.ring.complete(c.lo, c.hi)
		}
	}
}

// A completion says that the kernel let go of the sends lo to hi, which count
// from 0 and wrap around.
type completion struct {
	lo, hi uint32
	copied bool // the kernel copied them after all
}

// parseCompletion reads the control message of a notification: struct
// sock_extended_err (linux/errqueue.h), of which the kernel's
// Documentation/networking/msg_zerocopy.rst says what it means here.
func parseCompletion(oob []byte) (c completion, ok bool) {
	for len(oob) > 0 {
		hdr, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return c, false
		}
		oob = rest
		v4 := hdr.Level == unix.SOL_IP && hdr.Type == unix.IP_RECVERR
		v6 := hdr.Level == unix.SOL_IPV6 && hdr.Type == unix.IPV6_RECVERR
		if !v4 && !v6 || len(data) < 16 || data[4] != unix.SO_EE_ORIGIN_ZEROCOPY {
			continue
		}
		return completion{
			lo:     binary.NativeEndian.Uint32(data[8:]),
			hi:     binary.NativeEndian.Uint32(data[12:]),
			copied: data[6]&unix.SO_EE_CODE_ZEROCOPY_COPIED != 0,
		}, true
	}
	return c, false
}

// Report counts sends with MSG_ZEROCOPY, those of them that the kernel let go
// of, those of these that it copied after all, and sends made without the flag
// because the kernel had no room to remember them.
func (z *zerocopy) Report() map[string]float64 {
	return map[string]float64{
		"zerocopy_sends":     float64(z.counts.sends),
		"zerocopy_completed": float64(z.counts.completed),
		"zerocopy_copied":    float64(z.counts.copied),
		"zerocopy_refused":   float64(z.counts.refused),
	}
}
