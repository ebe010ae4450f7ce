package results

import "slices"

// Groups lists the names of the groups in the order cells name them. Cells
// without any form one without a name.
func Groups(cells []Cell) (out []string) {
	for _, c := range cells {
		names := c.Groups
		if len(names) == 0 {
			names = []string{""}
		}
		for _, g := range names {
			if !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

// In tells whether a cell belongs to the group.
func (c Cell) In(group string) bool {
	return slices.Contains(c.Groups, group) || (group == "" && len(c.Groups) == 0)
}
