package plan

import (
	"math/rand/v2"
	"slices"
)

// Order is the order of cells in a block. Blocks come in pairs, the second in
// the reverse order of the first, so that of any two cells each goes first
// equally often and a drift within a block cancels.
func (p Plan) Order(block int) []Cell {
	cells := slices.Clone(p.Cells)
	rng := rand.New(rand.NewPCG(p.Seed, uint64(block/2)))
	rng.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	if block%2 == 1 {
		slices.Reverse(cells)
	}
	return cells
}
