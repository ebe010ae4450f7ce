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

// What starts on a core is bound to it; the thread is free again afterwards.
func TestOnCore(t *testing.T) {
	p := ChoosePins()
	if p == Unpinned {
		p = Pins{Server: 0, Generator: 0}
	}
	var inside, after unix.CPUSet
	err := onCore(p.Generator, func() error { return unix.SchedGetaffinity(0, &inside) })
	if err != nil || inside.Count() != 1 || !inside.IsSet(p.Generator) {
		t.Errorf("inside: %d cores, %v", inside.Count(), err)
	}
	var process unix.CPUSet
	if err := unix.SchedGetaffinity(unix.Getpid(), &process); err != nil {
		t.Fatal(err)
	}
	if err := unix.SchedGetaffinity(0, &after); err != nil || after != process {
		t.Errorf("afterwards: %d cores, %v", after.Count(), err)
	}
	if err := onCore(4095, func() error { return nil }); err == nil {
		t.Error("bound to a core that is not there")
	}
}
