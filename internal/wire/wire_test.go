package wire

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stream returns n messages of the sizes in turn.
func stream(n int, sizes ...int) (b []byte, dues []int64) {
	for i := range n {
		due := int64(1000 + i)
		b = PadsFor(sizes[i%len(sizes)]).Append(b, uint64(i), due)
		dues = append(dues, due)
	}
	return b, dues
}

func TestDecoderTakesAnySplit(t *testing.T) {
	b, want := stream(500, 16, 17, 64, 1000, 70000)
	for _, chunk := range []int{1, 3, 19, 20, 21, 4096, len(b)} {
		var d Decoder
		var got []int64
		for rest := b; len(rest) > 0; {
			n := min(len(rest), 1+rand.IntN(chunk))
			var err error
			if got, err = d.Feed(rest[:n], got); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("chunks up to %d: dues (-want +got):\n%s", chunk, diff)
		}
		counts := Counts{Messages: 500, Bytes: uint64(len(b) - 500*PrefixSize)}
		if d.Counts != counts || d.Partial() {
			t.Errorf("chunks up to %d: %+v, partial %v", chunk, d.Counts, d.Partial())
		}
	}
}

func TestDecoderCountsFaults(t *testing.T) {
	pads := PadsFor(64)
	tests := []struct {
		name  string
		seqs  []uint64
		spoil int // index of a byte to alter, -1 for none
		want  Counts
	}{
		{"in order", []uint64{0, 1, 2}, -1, Counts{Messages: 3}},
		{"lost", []uint64{0, 3}, -1, Counts{Messages: 2, Lost: 2}},
		{"late", []uint64{0, 2, 1}, -1, Counts{Messages: 3, Reordered: 1}},
		{"twice", []uint64{0, 0}, -1, Counts{Messages: 2, Reordered: 1}},
		{"altered", []uint64{0, 1}, 60, Counts{Messages: 2, Corrupt: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b []byte
			for _, s := range tt.seqs {
				b = pads.Append(b, s, 0)
			}
			if tt.spoil >= 0 {
				b[tt.spoil] ^= 1
			}
			var d Decoder
			if _, err := d.Feed(b, nil); err != nil {
				t.Fatal(err)
			}
			tt.want.Bytes = tt.want.Messages * 64
			if d.Counts != tt.want {
				t.Errorf("got %+v, want %+v", d.Counts, tt.want)
			}
		})
	}
}

func TestDecoderRefusesLengths(t *testing.T) {
	for _, head := range [][]byte{{0, 0, 0, 15}, {0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 0}} {
		var d Decoder
		if _, err := d.Feed(append(head, make([]byte, HeaderSize)...), nil); err == nil {
			t.Errorf("length % x accepted", head)
		}
	}
}

func TestRingMatchesDecoder(t *testing.T) {
	for _, size := range []int{16, 64, 1000, 128 << 10} {
		r := NewRing(size, 7, true)
		var d Decoder
		for range 50 {
			for _, m := range r.Take(7) {
				if _, err := d.Feed(m, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		want := Counts{Messages: r.Taken(), Bytes: r.Taken() * uint64(size)}
		if d.Counts != want {
			t.Errorf("%d B: got %+v, want %+v", size, d.Counts, want)
		}
	}
}

func TestDecoderDoesNotAllocate(t *testing.T) {
	b, dues := stream(1000, 64)
	d := Decoder{}
	if n := testing.AllocsPerRun(10, func() {
		d.next = 0
		if _, err := d.Feed(b, dues[:0]); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for 1000 messages", n)
	}
}

func FuzzDecoder(f *testing.F) {
	b, _ := stream(3, 16, 64)
	f.Add(b, 7)
	f.Add([]byte{0, 0, 0, 15}, 1)
	f.Add([]byte{0, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 3)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		var whole, split Decoder
		a, errA := whole.Feed(b, nil)
		cut = min(max(cut, 0), len(b))
		c, errC := split.Feed(b[:cut], nil)
		if errC == nil {
			c, errC = split.Feed(b[cut:], c)
		}
		if (errA == nil) != (errC == nil) || whole.Counts != split.Counts || !cmp.Equal(a, c) {
			t.Errorf("whole %v %+v, split %v %+v", errA, whole.Counts, errC, split.Counts)
		}
		if whole.Bytes > uint64(len(b)) {
			t.Errorf("%d message bytes out of %d", whole.Bytes, len(b))
		}
	})
}

func BenchmarkDecoder(b *testing.B) {
	buf, dues := stream(4096, 64)
	var d Decoder
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		d.next = 0
		if _, err := d.Feed(buf, dues[:0]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/msg")
}

func BenchmarkRing(b *testing.B) {
	r := NewRing(64, 64, true)
	for b.Loop() {
		r.Take(64)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/64, "ns/msg")
}
