package strategy_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/strategy"
)

// The tests in this file and in property_test.go hold for every strategy; a new
// line of the table is covered by them as it stands.

func TestTableIsConsistent(t *testing.T) {
	seen := map[string]bool{}
	policies, _ := plan.FactorNamed("flush")
	each(t, func(t *testing.T, spec strategy.Spec) {
		if seen[spec.Name] || spec.Name == "" || strings.ContainsAny(spec.Name, " ,=") {
			t.Errorf("name %q is empty, taken, or cannot stand in a cell's identity", spec.Name)
		}
		seen[spec.Name] = true
		if spec.Doc == "" || strings.HasSuffix(spec.Doc, ".") {
			t.Errorf("doc %q is not a phrase that says which calls reach the kernel", spec.Doc)
		}
		for _, f := range spec.Factors {
			if _, ok := plan.FactorNamed(f); !ok {
				t.Errorf("no factor %q", f)
			}
		}
		for _, f := range spec.Flush {
			if !slices.Contains(policies.Values, f) {
				t.Errorf("no flush policy %q", f)
			}
		}
		if spec.Applies("flush") != (len(spec.Flush) > 0) {
			t.Errorf("factors %v, but flush policies %v", spec.Factors, spec.Flush)
		}
		d := drive(t, spec, newPair(t).writer, 64)
		_, holds := d.strat.(strategy.Flusher)
		if want := holds || spec.Gathers; spec.Applies("flush") != want {
			t.Errorf("flush applies is %v, but bytes are held back: %v", !want, want)
		}
		if err := d.finish(); err != nil {
			t.Error(err)
		}
	})
}

func TestNamed(t *testing.T) {
	if _, err := strategy.New("bufoi", nil, strategy.Options{}); err == nil || !strings.Contains(err.Error(), "direct") {
		t.Errorf("error %v does not name the strategies there are", err)
	}
}

// usages are the ways a writer loop flushes: after how many messages, 0 being at
// the end of the stream.
var usages = []struct {
	name  string
	every func(*rand.Rand) int
}{
	{"each", func(*rand.Rand) int { return 1 }},
	{"full", func(*rand.Rand) int { return 0 }},
	{"idle", func(r *rand.Rand) int { return 1 + r.IntN(40) }},
}

// stream makes messages of many sizes, one of them larger than all buffers
// between writer and reader, in random content.
func stream(r *rand.Rand, n int) [][]byte {
	msgs := make([][]byte, n)
	for i := range msgs {
		size := 1 + r.IntN(200)
		switch {
		case i == n/2:
			size = 1 << 20
		case r.IntN(20) == 0:
			size = 1 + r.IntN(20_000)
		}
		msgs[i] = make([]byte, size)
		for j := range msgs[i] {
			msgs[i][j] = byte(r.Uint32())
		}
	}
	return msgs
}

func TestDeliversInOrder(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		for _, u := range usages {
			t.Run(u.name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, 2))
				msgs := stream(rng, 400)
				p := newPair(t).tight(t)
				hurry(t, p)
				d := drive(t, spec, p.writer, 4096)
				got := slowly(p.reader)
				scratch := make([]byte, 1<<20)
				left := u.every(rng)
				for _, m := range msgs {
					// What is handed over may be changed as soon as the call returns,
					// unless the strategy asked the loop to keep it.
					if !spec.Gathers {
						m = scratch[:copy(scratch, m)]
					}
					if err := d.write(m); err != nil {
						t.Fatal(err)
					}
					if left--; left == 0 {
						left = u.every(rng)
						if err := d.flush(); err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := d.finish(); err != nil {
					t.Fatal(err)
				}
				if err := p.writer.CloseWrite(); err != nil {
					t.Fatal(err)
				}
				if want := slices.Concat(msgs...); !bytes.Equal(<-got, want) {
					t.Error("bytes were lost, changed or out of order")
				}
				if d.sink.Calls() == 0 {
					t.Error("no write call was counted")
				}
			})
		}
	})
}

// slowly reads everything, in small parts, with pauses until the writer has had
// to wait.
func slowly(c net.Conn) <-chan []byte {
	got := make(chan []byte, 1)
	go func() {
		var all []byte
		buf := make([]byte, 3000)
		for i := 0; ; i++ {
			if i%32 == 0 && i < 320 {
				time.Sleep(time.Millisecond)
			}
			n, err := c.Read(buf)
			all = append(all, buf[:n]...)
			if err != nil {
				got <- all
				return
			}
		}
	}()
	return got
}

// flood writes until it fails; the peer reads nothing.
func flood(d *driver) error {
	msg := make([]byte, 1000)
	for {
		if err := errors.Join(d.write(msg), d.flush()); err != nil {
			return err
		}
	}
}

func TestWriteDeadline(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		p := newPair(t).tight(t)
		d := drive(t, spec, p.writer, 4096)
		if err := p.writer.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if err := flood(d); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want a deadline error", err)
		}
	})
}

func TestPeerResets(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		p := newPair(t).tight(t)
		hurry(t, p)
		d := drive(t, spec, p.writer, 4096)
		d.must([]byte("hello"))
		if _, err := io.ReadFull(p.reader, make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(p.reader.SetLinger(0), p.reader.Close()); err != nil {
			t.Fatal(err)
		}
		err := flood(d)
		var number syscall.Errno
		if !errors.As(err, &number) {
			t.Errorf("got %v, want the system's error", err)
		}
		if c, ok := d.strat.(io.Closer); ok {
			_ = c.Close() // must come back though nothing more can be sent
		}
	})
}

func TestClosedConnection(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		p := newPair(t)
		d := drive(t, spec, p.writer, 4096)
		p.writer.Close()
		if err := flood(d); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want %v", err, net.ErrClosed)
		}
	})
}

func TestNothingToWrite(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		d := drive(t, spec, newPair(t).writer, 4096)
		if err := errors.Join(d.flush(), d.finish()); err != nil {
			t.Fatal(err)
		}
		if n := d.sink.Calls(); n != 0 {
			t.Errorf("%d write calls for nothing", n)
		}
	})
}

func TestBuffered(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		p := newPair(t)
		drain(p.reader)
		d := drive(t, spec, p.writer, 1000)
		f, ok := d.strat.(strategy.Flusher)
		if !ok {
			return
		}
		for n := range 30 {
			if err := f.WriteBatch([][]byte{make([]byte, 10)}); err != nil {
				t.Fatal(err)
			}
			if got := f.Buffered(); got != 10*(n+1) {
				t.Fatalf("%d bytes are held after %d were written", got, 10*(n+1))
			}
		}
		for n := 1; n < 5000; n *= 3 {
			if err := f.WriteBatch([][]byte{make([]byte, n)}); err != nil {
				t.Fatal(err)
			}
			if got := f.Buffered(); got > 1000 {
				t.Errorf("%d bytes are held, more than the buffer", got)
			}
		}
		if err := f.Flush(); err != nil || f.Buffered() != 0 {
			t.Errorf("%d bytes are held after Flush, %v", f.Buffered(), err)
		}
	})
}

// Messages made in the strategy's own memory arrive like any others.
func TestAppender(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		p := newPair(t)
		hurry(t, p)
		d := drive(t, spec, p.writer, 100)
		a, ok := d.strat.(strategy.Appender)
		if !ok {
			return
		}
		var want []byte
		for n := range 250 { // up to more than the buffer
			msg := a.AvailableBuffer()
			for i := range n {
				msg = append(msg, byte(n*i))
			}
			want = append(want, msg...)
			if err := d.write(msg[:n/2], msg[n/2:]); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(d.finish(), p.writer.CloseWrite()); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(p.reader); err != nil || !bytes.Equal(got, want) {
			t.Errorf("got %d bytes, want %d, or others: %v", len(got), len(want), err)
		}
	})
}

// Once warm, neither a message nor a flush allocates.
func TestNoAllocations(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		p := newPair(t)
		done := drain(p.reader)
		d := drive(t, spec, p.writer, 1024)
		batch := make([][]byte, 100)
		for i := range batch {
			batch[i] = make([]byte, 100)
		}
		d.must(batch...)
		forgets := testenv.Race && spec.Name == "ring" // its pool does
		if n := testing.AllocsPerRun(200, func() { d.must(batch...) }); n != 0 && !spec.Allocates && !forgets {
			t.Errorf("%v allocations a batch", n)
		}
		if err := errors.Join(d.finish(), p.writer.Close()); err != nil {
			t.Fatal(err)
		}
		<-done
	})
}

func TestObserve(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		p := newPair(t)
		drain(p.reader)
		d := drive(t, spec, p.writer, 1024)
		var seen uint64
		d.sink.Observe = func(in time.Duration) {
			if in < 0 {
				t.Errorf("%v in a call", in)
			}
			seen++
		}
		for range 50 {
			d.must(make([]byte, 100), make([]byte, 100))
		}
		if calls := d.sink.Calls(); calls < 50 || seen < calls {
			t.Errorf("%d of %d calls were timed, of 50 flushes", seen, calls)
		}
	})
}
