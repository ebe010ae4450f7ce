package framing_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/loadgen/framing"
)

const limit = 20

func split(s framing.Splitter, pieces ...[]byte) (got []string, err error) {
	for _, b := range pieces {
		own := bytes.Clone(b)
		if err := s.Feed(own, func(m []byte) { got = append(got, string(m)) }); err != nil {
			return got, err
		}
		clear(own)
	}
	return got, nil
}

func frame(messages ...string) (b []byte) {
	for _, m := range messages {
		b = binary.BigEndian.AppendUint32(b, uint32(len(m)))
		b = append(b, m...)
	}
	return b
}

func TestSplitters(t *testing.T) {
	long := strings.Repeat("x", limit)
	for _, c := range []struct {
		name, framing, stream string
		want                  []string
		partial, fails        bool
	}{
		{"lines", "lines", "a\nbc\n", []string{"a", "bc"}, false, false},
		{"CRLF", "lines", "a\r\nb\r\n", []string{"a", "b"}, false, false},
		{"a CR inside stays", "lines", "a\rb\n", []string{"a\rb"}, false, false},
		{"empty lines", "lines", "\n\r\na\n\n", []string{"a"}, false, false},
		{"no end", "lines", "a\nb", []string{"a"}, true, false},
		{"as long as allowed", "lines", long + "\r\n", []string{long}, false, false},
		{"too long", "lines", "a\n" + long + "x\n", []string{"a"}, false, true},
		{"too long without end", "lines", long + "xx", nil, false, true},
		{"frames", "length32", string(frame("a", "", long)), []string{"a", "", long}, false, false},
		{"half a prefix", "length32", "\x00\x00", nil, true, false},
		{"half a frame", "length32", string(frame("abc")[:6]), nil, true, false},
		{"too long a frame", "length32", string(frame("a", long+"x")), []string{"a"}, false, true},
		{"a wild length", "length32", "\xff\xff\xff\xff", nil, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := framing.Table[c.framing](limit)
			got, err := split(s, []byte(c.stream))
			if d := cmp.Diff(c.want, got); d != "" || errors.Is(err, framing.ErrTooLong) != c.fails {
				t.Errorf("%v %s", err, d)
			}
			if !c.fails && s.Partial() != c.partial {
				t.Errorf("partial is %v", s.Partial())
			}
		})
	}
}

func FuzzSplitters(f *testing.F) {
	f.Add([]byte("a\r\nbc\n\nd"), 2)
	f.Add(frame("a", "", "bcd"), 5)
	f.Add([]byte(strings.Repeat("y", limit+2)), 20)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		cut = min(max(cut, 0), len(b))
		var single [][]byte
		for i := range b {
			single = append(single, b[i:i+1])
		}
		for name, make := range framing.Table {
			want, wantErr := split(make(limit), b)
			for _, pieces := range [][][]byte{{b[:cut], b[cut:]}, single} {
				got, err := split(make(limit), pieces...)
				if d := cmp.Diff(want, got); d != "" || (err == nil) != (wantErr == nil) {
					t.Errorf("%s: whole %v, cut %v\n%s", name, wantErr, err, d)
				}
			}
			for _, m := range want {
				if len(m) > limit {
					t.Errorf("%s: a message of %d bytes", name, len(m))
				}
			}
		}
	})
}

func BenchmarkSplitters(b *testing.B) {
	data := strings.Repeat("0123456789abcdef", 4)
	for name, chunk := range map[string][]byte{
		"lines":    bytes.Repeat([]byte(data+"\n"), 512),
		"length32": bytes.Repeat(frame(data), 512),
	} {
		b.Run(name, func(b *testing.B) {
			s := framing.Table[name](1 << 20)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Feed(chunk, func(m []byte) { n += len(m) }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/64/b.Elapsed().Seconds()/1e6, "Mmsg/s")
		})
	}
}
