package results

import "slices"

// ByCell sorts trials by cell, in order of blocks. Of a block recorded twice
// the later record counts: a resumed run measures a block again only where the
// first record could not be read.
func ByCell(trials []Trial) map[string][]Trial {
	cells := map[string][]Trial{}
	for _, t := range trials {
		of := cells[t.Cell]
		i, found := slices.BinarySearchFunc(of, t.Block, func(t Trial, block int) int { return t.Block - block })
		if found {
			of[i] = t
		} else {
			cells[t.Cell] = slices.Insert(of, i, t)
		}
	}
	return cells
}

// Usable is ByCell without the invalid trials: what figures may rest on.
func Usable(trials []Trial) map[string][]Trial {
	cells := ByCell(trials)
	for cell, of := range cells {
		cells[cell] = slices.DeleteFunc(of, func(t Trial) bool { return t.State == Invalid })
	}
	return cells
}
