// Package flame draws where a program's CPU time went: a CPU profile in pprof's
// format as a flame graph in SVG, which any browser shows.
package flame

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/google/pprof/profile"
)

// A Frame is a function in one place of the call tree: the callers stand above it.
type Frame struct {
	Name     string
	Value    int64 // of this place and all below it, in the profile's unit
	Children []*Frame
}

// maxDepth bounds the tree: deeper stacks are cut at their roots' end.
const maxDepth = 200

// Read reads a profile in pprof's format, compressed or not, and returns its tree
// and the unit of the values. The last sample type counts, which is time in a CPU
// profile.
func Read(data []byte) (root *Frame, unit string, err error) {
	p, err := profile.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, "", fmt.Errorf("CPU profile: %w", err)
	}
	if len(p.SampleType) == 0 {
		return nil, "", fmt.Errorf("CPU profile: it has no sample type")
	}
	which := len(p.SampleType) - 1
	root = &Frame{Name: "all"}
	for _, s := range p.Sample {
		root.add(stack(s), s.Value[which])
	}
	root.sort()
	return root, p.SampleType[which].Unit, nil
}

// stack names the functions of a sample, the outermost first.
func stack(s *profile.Sample) (names []string) {
	for _, at := range s.Location {
		if len(at.Line) == 0 {
			names = append(names, fmt.Sprintf("0x%x", at.Address))
		}
		for _, line := range at.Line { // inlined functions, the innermost first
			if line.Function == nil {
				names = append(names, "?")
				continue
			}
			names = append(names, cmp.Or(line.Function.Name, "?"))
		}
	}
	slices.Reverse(names)
	return names[:min(len(names), maxDepth)]
}

func (f *Frame) add(names []string, value int64) {
	if value <= 0 {
		return
	}
	f.Value += value
	for _, name := range names {
		i := slices.IndexFunc(f.Children, func(c *Frame) bool { return c.Name == name })
		if i < 0 {
			i = len(f.Children)
			f.Children = append(f.Children, &Frame{Name: name})
		}
		f = f.Children[i]
		f.Value += value
	}
}

// sort brings the tree into the order of names, so that two graphs of a program
// can be laid side by side.
func (f *Frame) sort() {
	slices.SortFunc(f.Children, func(a, b *Frame) int { return cmp.Compare(a.Name, b.Name) })
	for _, c := range f.Children {
		c.sort()
	}
}

// Depth is the number of levels.
func (f *Frame) Depth() int {
	deepest := 0
	for _, c := range f.Children {
		deepest = max(deepest, c.Depth())
	}
	return deepest + 1
}
