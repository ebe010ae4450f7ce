package coalesce_test

import (
	"net"
	"runtime"
	"testing"

	"github.com/pushbench/pushbench/server/coalesce"
)

// Connections that have written and are idle again have no goroutine.
func TestIdleHasNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 100 {
		c, peer := pipe(t, coalesce.Config{})
		mustWrite(t, c, "x")
		mustRead(t, peer, "x")
	}
	for range 1_000_000 { // the last flusher may be on its way out
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// BenchmarkNew measures what an idle connection costs: B/op.
func BenchmarkNew(b *testing.B) {
	below, peer := net.Pipe()
	defer below.Close()
	defer peer.Close()
	b.ReportAllocs()
	for range b.N {
		runtime.KeepAlive(coalesce.New(below, coalesce.Config{}))
	}
}

// BenchmarkWrite measures a 64-byte Write alone: the connection below takes
// everything at once.
func BenchmarkWrite(b *testing.B) {
	below, peer := net.Pipe()
	defer peer.Close()
	c := coalesce.New(sink{below}, coalesce.Config{})
	defer c.Close()
	message := make([]byte, messageSize)
	b.SetBytes(messageSize)
	b.ReportAllocs()
	for range b.N {
		if _, err := c.Write(message); err != nil {
			b.Fatal(err)
		}
	}
}

// sink is a connection that takes every write at once.
type sink struct{ net.Conn }

func (sink) Write(p []byte) (int, error) { return len(p), nil }
