package transport

import "testing"

// tlsRecords returns records of these payload sizes.
func tlsRecords(sizes ...int) (b []byte) {
	for _, n := range sizes {
		b = append(b, 23, 3, 3, byte(n>>8), byte(n))
		b = append(b, make([]byte, n)...)
	}
	return b
}

func TestRecordsAreCountedInAnySplit(t *testing.T) {
	b := tlsRecords(17, 0, 16401, 1, 300)
	for split := 1; split < 40; split++ {
		var r records
		for rest := b; len(rest) > 0; {
			n := min(split, len(rest))
			r.pass(rest[:n])
			rest = rest[n:]
		}
		if n := r.n.Load(); n != 5 || r.left != 0 || r.have != 0 {
			t.Errorf("in pieces of %d: %d records, %d and %d bytes left", split, n, r.left, r.have)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add(tlsRecords(3, 7), 4)
	f.Add([]byte{1, 2}, 1)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		at = min(max(at, 0), len(b))
		var whole, parts records
		whole.pass(b)
		parts.pass(b[:at])
		parts.pass(b[at:])
		if whole.n.Load() != parts.n.Load() || whole.left != parts.left || whole.n.Load() > uint64(len(b)/recordHeader) {
			t.Errorf("%d records whole, %d in parts", whole.n.Load(), parts.n.Load())
		}
	})
}
