package runner

import (
	"maps"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseCores(t *testing.T) {
	for list, want := range map[string][]int{
		"0":       {0},
		"0,4":     {0, 4},
		"0-1":     {0, 1},
		"0-2,8,9": {0, 1, 2, 8, 9},
		"":        nil,
		"0-":      nil,
		"a":       nil,
	} {
		if got := slices.Sorted(maps.Keys(parseCores(list))); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, not %v", list, got, want)
		}
	}
}

func TestChoosePins(t *testing.T) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		t.Fatal(err)
	}
	p := ChoosePins()
	if set.Count() < 2 {
		if p != Unpinned {
			t.Errorf("got %v on one core", p)
		}
		return
	}
	if p.Server == p.Generator || !set.IsSet(p.Server) || !set.IsSet(p.Generator) {
		t.Errorf("got %v of %d cores", p, set.Count())
	}
}
