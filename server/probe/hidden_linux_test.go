package probe_test

import (
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/testenv"
)

// Connections of another network namespace than the reader's are read as well.
func TestOtherNetworkNamespace(t *testing.T) {
	root(t)
	p := open(t, "tracepoints")
	conns := make(chan net.Conn, 2)
	failed := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and the thread ends with this function, as it is spoilt
		c, peer, err := elsewhere()
		conns <- c
		conns <- peer
		failed <- err
	}()
	c, peer, err := <-conns, <-conns, <-failed
	testenv.Need(t, "network namespaces", err)
	defer c.Close()
	defer peer.Close()
	for i := range 5 {
		if _, err := c.Write(make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		if seen := of(t, p, c); seen.Calls.Sends != uint64(i+1) || seen.Bytes != uint64(100*(i+1)) || seen.Buffer.Size == 0 || seen.Path.Cwnd == 0 || seen.Path.DataSegments == 0 {
			t.Errorf("after %d sends: %+v %+v", i+1, seen, seen.Calls)
		}
	}
}

// elsewhere returns both ends of a connection in a new network namespace, into which
// it takes this thread.
func elsewhere() (c, peer net.Conn, err error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return nil, nil, err
	}
	if err := netlink.LinkSetUp(&netlink.Device{LinkAttrs: netlink.LinkAttrs{Name: "lo", Index: 1}}); err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if c, err = net.Dial("tcp", l.Addr().String()); err != nil {
		return nil, nil, err
	}
	peer, err = l.Accept()
	return c, peer, err
}

// A connection that the peer has reset is in no table of the kernel any more, while
// its socket is still there.
func TestReset(t *testing.T) {
	p := open(t, "tracepoints")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := c.Write(make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
	}
	if err := peer.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	peer.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Fatalf("no reset: %v", err)
	}
	seen := of(t, p, c)
	if seen.Calls.Sends != 3 || seen.Bytes != 300 || seen.Calls.Failed != 0 || seen.Closed {
		t.Errorf("%+v %+v", seen, seen.Calls)
	}
	if _, err := c.Write([]byte("x")); err == nil {
		t.Fatal("a send after a reset")
	}
	if seen = of(t, p, c); seen.Calls.Sends != 4 || seen.Calls.Failed != 1 {
		t.Errorf("%+v %+v", seen, seen.Calls)
	}
}
