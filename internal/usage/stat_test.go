package usage

import "testing"

const line = "42 (a) b (c) S 7 42 42 0 -1 4194304 100 200 0 0 150 50 300 100 20 0 9 0 12345 1000000 100 18446744073709551615"

func TestParseStat(t *testing.T) {
	got, err := parseStat([]byte(line))
	if want := (stat{parent: 7, own: 2, children: 4, threads: 9}); err != nil || got != want {
		t.Errorf("got %+v, %v, not %+v", got, err, want)
	}
}

func FuzzParseStat(f *testing.F) {
	for _, seed := range []string{line, "", ")", "1 (x) S", "1 (x) S -1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if s, err := parseStat(line); err == nil && (s.own < 0 || s.children < 0 || s.parent < 0) {
			t.Errorf("%q: %+v", line, s)
		}
	})
}
