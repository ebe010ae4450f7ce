package doctor

import (
	"io"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// stillness is how long the peer does not read: more than a tick of a kernel that
// counts in hundredths of a second.
const stillness = 25 * time.Millisecond

// readTCPInfo sends sentBytes over loopback, more than fits on the way, to a peer
// that reads late, and asks what the kernel saw.
func readTCPInfo() (tcpReading, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return tcpReading{}, err
	}
	defer l.Close()
	conn, err := net.DialTimeout("tcp", l.Addr().String(), time.Second)
	if err != nil {
		return tcpReading{}, err
	}
	defer conn.Close()
	peer, err := l.Accept()
	if err != nil {
		return tcpReading{}, err
	}
	defer peer.Close()
	deadline := time.Now().Add(time.Second)
	if err := conn.SetDeadline(deadline); err != nil {
		return tcpReading{}, err
	}
	if err := peer.SetDeadline(deadline); err != nil {
		return tcpReading{}, err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := conn.Write(make([]byte, sentBytes))
		sent <- err
	}()
	time.Sleep(stillness)
	if _, err := io.CopyN(io.Discard, peer, sentBytes); err != nil {
		return tcpReading{}, err
	}
	if err := <-sent; err != nil {
		return tcpReading{}, err
	}
	return ask(conn.(*net.TCPConn))
}

func ask(conn *net.TCPConn) (r tcpReading, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return r, err
	}
	var asked error
	err = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if asked = err; err == nil {
			r = tcpReading{bytes: info.Bytes_sent, segments: info.Data_segs_out, busy: info.Busy_time}
		}
	})
	if err != nil {
		return r, err
	}
	return r, asked
}
