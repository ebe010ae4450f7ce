package coalesce_test

import (
	"io"
	"net"
	"testing"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/server/coalesce"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tcpPair returns a coalescing connection and its peer.
func tcpPair(t testing.TB, cfg coalesce.Config) (*coalesce.Conn, *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = coalesce.Listen(l, cfg)
	defer l.Close()
	peer, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { peer.Close() })
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*coalesce.Conn), peer.(*net.TCPConn)
}

// pipe returns a coalescing connection over net.Pipe, whose writes wait for the
// reader, and its peer.
func pipe(t testing.TB, cfg coalesce.Config) (*coalesce.Conn, net.Conn) {
	below, peer := net.Pipe()
	conn := coalesce.New(below, cfg)
	t.Cleanup(func() {
		conn.Close()
		peer.Close()
	})
	return conn, peer
}

func mustWrite(t testing.TB, w io.Writer, s string) {
	t.Helper()
	if n, err := io.WriteString(w, s); n != len(s) || err != nil {
		t.Fatalf("Write(%d bytes) = %d, %v", len(s), n, err)
	}
}

func mustRead(t testing.TB, r io.Reader, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r, got); err != nil || string(got) != want {
		t.Fatalf("read %q, %v; want %q", got, err, want)
	}
}
