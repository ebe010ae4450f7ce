package report

import "testing"

func TestRounded(t *testing.T) {
	at := func(x float64) *float64 { return &x }
	for _, c := range []struct {
		v             float64
		lo, hi        *float64
		figure, after string
	}{
		{12.34, nil, nil, "12.3", ""},
		{12.34, at(12.1), at(12.7), "12.3", "±0.3"},
		{12.34, at(12.24), at(12.5), "12.34", "±0.13"},
		{5, at(5), at(5), "5.00", ""},
		{0, at(0), at(0), "0", ""}, // nothing came in any block
	} {
		if figure, after := rounded(c.v, c.lo, c.hi, ""); figure != c.figure || after != c.after {
			t.Errorf("%v in %v: %q %q, want %q %q", c.v, c.lo, figure, after, c.figure, c.after)
		}
	}
}
