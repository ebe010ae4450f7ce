package runner

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ChoosePins takes two of the cores this process may use, not siblings of one
// physical core where there is a choice.
func ChoosePins() Pins {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil || set.Count() < 2 {
		return Unpinned
	}
	var cores []int
	for i := 0; len(cores) < set.Count(); i++ {
		if set.IsSet(i) {
			cores = append(cores, i)
		}
	}
	p := Pins{Server: cores[0], Generator: cores[1]}
	near := siblings(p.Server)
	for _, c := range cores[1:] {
		if !near[c] {
			p.Generator = c
			break
		}
	}
	return p
}

// siblings are the cores that share a physical one with core, itself included;
// nil where the system does not tell.
func siblings(core int) map[int]bool {
	b, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", core))
	if err != nil {
		return nil
	}
	return parseCores(strings.TrimSpace(string(b)))
}

// parseCores reads a list such as "0,4" or "0-1,8"; nil if it is none.
func parseCores(list string) map[int]bool {
	cores := map[int]bool{}
	for _, part := range strings.Split(list, ",") {
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		a, err1 := strconv.Atoi(from)
		z, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil {
			return nil
		}
		for c := a; c <= z; c++ {
			cores[c] = true
		}
	}
	return cores
}
