package wire

import "testing"

func TestTextMatchesItsDecoder(t *testing.T) {
	for _, size := range []int{32, 33, 64, 1000, 128 << 10} {
		p := TextPadsFor(size)
		var d TextDecoder
		for seq := range uint64(50) {
			m := p.Append(nil, seq, 1000+int64(seq))
			due, err := d.Message(m)
			if err != nil || due != 1000+int64(seq) || len(m) != size {
				t.Fatalf("message %d of %d B: %d B, due %d, %v", seq, size, len(m), due, err)
			}
		}
		if want := (Counts{Messages: 50, Bytes: uint64(50 * size)}); d.Counts != want {
			t.Errorf("%d B: %+v", size, d.Counts)
		}
	}
}

func TestTextDecoderCountsFaults(t *testing.T) {
	p := TextPadsFor(64)
	var d TextDecoder
	spoilt := p.Append(nil, 0, 1)
	spoilt[63] ^= 1
	for _, m := range [][]byte{spoilt, p.Append(nil, 3, 1)} {
		if _, err := d.Message(m); err != nil {
			t.Fatal(err)
		}
	}
	if want := (Counts{Messages: 2, Bytes: 128, Corrupt: 1, Lost: 2}); d.Counts != want {
		t.Errorf("%+v", d.Counts)
	}
	for _, m := range [][]byte{nil, spoilt[:31], append([]byte("not hexadecimal digits at all, no"), spoilt...)} {
		if _, err := d.Message(m); err == nil {
			t.Errorf("%q is taken", m)
		}
	}
}

func TestTextDoesNotAllocate(t *testing.T) {
	p := TextPadsFor(64)
	var d TextDecoder
	m := p.Append(nil, 0, 1)
	if n := testing.AllocsPerRun(100, func() {
		m = p.Append(m[:0], d.next, 1)
		if _, err := d.Message(m); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzTextDecoder(f *testing.F) {
	f.Add(TextPadsFor(64).Append(nil, 1, 2))
	f.Add([]byte("0"))
	f.Fuzz(func(t *testing.T, m []byte) {
		var d TextDecoder
		if _, err := d.Message(m); (err == nil) != (d.Messages == 1) {
			t.Errorf("%v, %+v", err, d.Counts)
		}
	})
}
