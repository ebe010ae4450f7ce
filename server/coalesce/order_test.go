package coalesce_test

import (
	"bytes"
	"encoding/binary"
	"errors"
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

// checkOrder runs any sequence of calls and checks that the peer gets exactly
// the bytes they accepted, in order.
func checkOrder(tb testing.TB, file string) func(*rapid.T) {
	return func(t *rapid.T) {
		c, peer := tcpPair(tb, coalesce.Config{
			Bytes:  rapid.SampledFrom([]int{1, 7, 64, 4096}).Draw(t, "bytes"),
			Window: rapid.SampledFrom([]time.Duration{time.Microsecond, time.Millisecond, time.Hour}).Draw(t, "window"),
			Hold:   rapid.Bool().Draw(t, "hold"),
		})
		defer c.Close()
		defer peer.Close()
		read := make(chan []byte)
		go func() {
			b, _ := io.ReadAll(peer)
			read <- b
		}()
		var want []byte
		seed := rand.NewPCG(1, 2)
		next := func() []byte {
			p := make([]byte, rapid.OneOf(rapid.IntRange(0, 100), rapid.IntRange(0, 10000)).Draw(t, "size"))
			for i := range p {
				p[i] = byte(seed.Uint64())
			}
			return p
		}
		must := func(n int64, err error, p []byte) {
			if err != nil || n != int64(len(p)) {
				t.Fatalf("accepted %d of %d bytes: %v", n, len(p), err)
			}
			want = append(want, p...)
		}
		actions := map[string]func(){
			"write": func() {
				p := next()
				n, err := c.Write(p)
				must(int64(n), err, p)
				clear(p) // the caller's again
			},
			"flush": func() { must(0, c.Flush(), nil) },
			"readFrom": func() {
				p := next()
				n, err := c.ReadFrom(bytes.NewReader(p))
				must(n, err, p)
			},
			"file": func() {
				p := next()
				if err := os.WriteFile(file, p, 0o600); err != nil {
					t.Fatal(err)
				}
				f, err := os.Open(file)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				n, err := io.Copy(c, f)
				must(n, err, p)
			},
			"raw": func() {
				raw, err := c.SyscallConn()
				if err != nil {
					t.Fatal(err)
				}
				p := next()
				err = raw.Write(func(uintptr) bool {
					c.NetConn().Write(p)
					return true
				})
				must(int64(len(p)), err, p)
			},
			"read": func() {
				c.SetReadDeadline(time.Now())
				if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("Read = %v", err)
				}
			},
			"deadline": func() { must(0, c.SetWriteDeadline(time.Now().Add(time.Hour)), nil) },
			"expire": func() {
				c.SetWriteDeadline(time.Unix(1, 0))
				if n, err := c.Write([]byte("refused")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("Write after the deadline = %d, %v", n, err)
				}
				c.SetWriteDeadline(time.Time{})
			},
			"pause": func() { time.Sleep(10 * time.Microsecond) },
		}
		names := []string{"deadline", "expire", "file", "flush", "pause", "raw", "read", "readFrom", "write", "write", "write"}
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 0, 30).Draw(t, "calls") {
			actions[name]()
		}
		end := c.Close
		if rapid.Bool().Draw(t, "closeWrite") {
			end = c.CloseWrite
		}
		must(0, end(), nil)
		if got := <-read; !bytes.Equal(got, want) {
			t.Fatalf("peer got %d bytes, want %d, or in other order", len(got), len(want))
		}
		if s := c.Stats(); s.Writes == 0 && len(want) == 0 && s.Calls > 0 && s.Bytes > 0 {
			t.Fatalf("%+v after no bytes", s)
		}
	}
}

func TestOrder(t *testing.T) {
	rapid.Check(t, checkOrder(t, filepath.Join(t.TempDir(), "file")))
}

func FuzzOrder(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{1, 0, 0, 0, 0, 0, 0, 0}, 64))
	f.Fuzz(func(t *testing.T, script []byte) {
		rapid.MakeFuzz(checkOrder(t, filepath.Join(t.TempDir(), "file")))(t, script)
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
