package coalesce_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/server/coalesce"
)

// A step is one call on a Conn.
type step struct {
	Call string
	Size int
}

var calls = []string{"write", "flush", "readFrom", "file", "raw", "read", "deadline", "expire", "pause"}

// checkOrder makes the calls of steps, ends with Close or CloseWrite, and checks
// that the peer gets exactly the bytes they accepted, in order.
func checkOrder(t testing.TB, fail func(format string, args ...any), cfg coalesce.Config, steps []step, end func(*coalesce.Conn) error) {
	c, peer := tcpPair(t, cfg)
	defer c.Close()
	defer peer.Close()
	read := make(chan []byte, 1)
	go func() {
		b, _ := io.ReadAll(peer)
		read <- b
	}()
	var want []byte
	around := 0 // bytes of want that went round the Conn
	seed := rand.NewPCG(1, 2)
	for i, s := range steps {
		p := make([]byte, s.Size)
		for i := range p {
			p[i] = byte(seed.Uint64())
		}
		n, err := int64(len(p)), error(nil)
		switch s.Call {
		case "write":
			var m int
			m, err = c.Write(bytes.Clone(p))
			n = int64(m)
		case "readFrom":
			n, err = c.ReadFrom(bytes.NewReader(p))
		case "file":
			n, err = copyFile(c, filepath.Join(t.TempDir(), "file"), p)
		case "raw":
			n, err = copyRaw(c, p)
			around += len(p)
		case "flush":
			p, n, err = nil, 0, c.Flush()
		case "read":
			c.SetReadDeadline(time.Now())
			if _, rerr := c.Read(make([]byte, 1)); !isTimeout(rerr) {
				err = fmt.Errorf("want a timeout: %w", rerr)
			}
			p, n = nil, 0
		case "deadline":
			p, n, err = nil, 0, c.SetWriteDeadline(time.Now().Add(time.Hour))
		case "expire":
			c.SetWriteDeadline(time.Unix(1, 0))
			if _, werr := c.Write([]byte("refused")); !isTimeout(werr) {
				err = fmt.Errorf("want a timeout: %w", werr)
			}
			c.SetWriteDeadline(time.Time{})
			p, n = nil, 0
		case "pause":
			time.Sleep(10 * time.Microsecond)
			p, n = nil, 0
		}
		if err != nil || n != int64(len(p)) {
			fail("step %d, %+v: accepted %d of %d bytes: %v", i, s, n, len(p), err)
		}
		want = append(want, p...)
	}
	if err := end(c); err != nil {
		fail("at the end: %v", err)
	}
	if got := <-read; !bytes.Equal(got, want) {
		fail("peer got %d bytes, want %d, or in other order", len(got), len(want))
	}
	if s := c.Stats(); s.Bytes != int64(len(want)-around) {
		fail("%+v; want %d bytes", s, len(want)-around)
	}
}

func copyFile(c *coalesce.Conn, path string, p []byte) (int64, error) {
	if err := os.WriteFile(path, p, 0o600); err != nil {
		return 0, err
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return io.Copy(c, f)
}

func copyRaw(c *coalesce.Conn, p []byte) (n int64, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var werr error
	err = raw.Write(func(fd uintptr) bool {
		var m int
		m, werr = rawWrite(fd, p[n:])
		n += int64(m)
		return n == int64(len(p)) || werr != nil
	})
	return n, errors.Join(err, werr)
}

func TestOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := coalesce.Config{
			Bytes:  rapid.SampledFrom([]int{1, 7, 64, 4096}).Draw(rt, "bytes"),
			Window: rapid.SampledFrom([]time.Duration{time.Microsecond, time.Millisecond, time.Hour}).Draw(rt, "window"),
			Hold:   rapid.Bool().Draw(rt, "hold"),
		}
		size := rapid.OneOf(rapid.IntRange(0, 100), rapid.IntRange(0, 10000))
		steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
			return step{rapid.SampledFrom(calls).Draw(rt, "call"), size.Draw(rt, "size")}
		}), 0, 30).Draw(rt, "steps")
		end := (*coalesce.Conn).Close
		if rapid.Bool().Draw(rt, "closeWrite") {
			end = (*coalesce.Conn).CloseWrite
		}
		checkOrder(t, rt.Fatalf, cfg, steps, end)
	})
}

// FuzzOrder reads a configuration of three bytes, then steps of two: a call and
// the logarithm of its size.
func FuzzOrder(f *testing.F) {
	f.Add([]byte{7, 0, 0, 0, 3, 0, 6, 2, 9, 1, 0, 0, 200})
	f.Add([]byte{200, 1, 1, 3, 13, 0, 1, 4, 12, 0, 0, 5, 0, 7, 0, 0, 8})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) < 3 {
			return
		}
		cfg := coalesce.Config{Bytes: 1 + int(script[0]), Hold: script[1]%2 == 1}
		end := (*coalesce.Conn).Close
		if script[2]%2 == 1 {
			end = (*coalesce.Conn).CloseWrite
		}
		var steps []step
		for s := script[3:min(len(script), 103)]; len(s) >= 2; s = s[2:] {
			steps = append(steps, step{calls[int(s[0])%len(calls)], 1<<(s[1]%15) - 1})
		}
		checkOrder(t, t.Fatalf, cfg, steps, end)
	})
}

// Many writers at once, with flushes, deadlines and reads among them: every
// Write stays whole, and each writer's stay in order.
func TestConcurrent(t *testing.T) {
	const writers, each = 8, 500
	for _, hold := range []bool{false, true} {
		c, peer := tcpPair(t, coalesce.Config{Bytes: 512, Hold: hold})
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					// Some go in whole, some fill the buffer, some bypass it.
					p := bytes.Repeat([]byte{byte(w)}, 8+(i*37)%600)
					binary.BigEndian.PutUint16(p, uint16(len(p)))
					binary.BigEndian.PutUint32(p[4:], uint32(i))
					if n, err := c.Write(p); n != len(p) || err != nil {
						t.Errorf("Write = %d, %v", n, err)
						return
					}
				}
			})
		}
		stop := make(chan struct{})
		var others sync.WaitGroup
		for _, call := range []func(){
			func() { c.Flush() },
			func() { c.SetWriteDeadline(time.Now().Add(time.Minute)) },
			func() { c.Stats() },
			func() {
				c.SetReadDeadline(time.Now())
				c.Read(make([]byte, 1))
			},
		} {
			others.Go(func() {
				for {
					select {
					case <-stop:
						return
					case <-time.After(10 * time.Microsecond):
						call()
					}
				}
			})
		}
		go func() {
			wg.Wait()
			close(stop)
			others.Wait()
			c.Close()
		}()
		var seen [writers]uint32
		head := make([]byte, 8)
		for {
			if _, err := io.ReadFull(peer, head); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			w, i := head[2], binary.BigEndian.Uint32(head[4:])
			rest := make([]byte, binary.BigEndian.Uint16(head)-8)
			if _, err := io.ReadFull(peer, rest); err != nil {
				t.Fatal(err)
			}
			if w >= writers || i != seen[w] || len(bytes.Trim(rest, string(w))) > 0 {
				t.Fatalf("writer %d, message %d: torn or out of order", w, i)
			}
			seen[w]++
		}
		for w, n := range seen {
			if n != each {
				t.Errorf("writer %d: %d of %d messages arrived", w, n, each)
			}
		}
	}
}
