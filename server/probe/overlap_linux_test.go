package probe_test

import (
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Threads that send on one connection at once wait in the kernel for each other's
// memory: which of them counts as begun changes all the time, and no count gets lost.
func TestOverlappingSends(t *testing.T) {
	const threads, each = 4, 50000
	p := open(t, "tracepoints")
	conn := pair(t, 16<<10)
	f, err := conn.File() // in blocking mode: Go's own lets one thread send at a time
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd := int(f.Fd())
	var all sync.WaitGroup
	var bytes uint64
	for i := range threads {
		message := make([]byte, 64<<i)
		bytes += each * uint64(len(message))
		all.Go(func() {
			for range each {
				if n, err := unix.Write(fd, message); n != len(message) || err != nil {
					t.Errorf("%d of %d bytes: %v", n, len(message), err)
					return
				}
			}
		})
	}
	all.Wait()
	seen := of(t, p, conn)
	var sizes uint64
	for i, n := range seen.Calls.Sizes {
		if i >= 7 && i < 7+threads && n != each {
			t.Errorf("%d sends of %d bytes, not %d", n, 64<<(i-7), each)
		}
		sizes += n
	}
	if seen.Calls.Sends != threads*each || sizes != threads*each || seen.Bytes != bytes || seen.Pieces.Overlapped == 0 {
		t.Errorf("%d sends of %d bytes, not %d of %d: %+v %+v", seen.Calls.Sends, seen.Bytes, threads*each, bytes, seen.Calls, seen.Pieces)
	}
	t.Logf("%d of %d overlapped", seen.Pieces.Overlapped, seen.Calls.Sends)
}
