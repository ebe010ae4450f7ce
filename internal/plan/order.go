package plan

import (
	"math/rand/v2"
	"slices"
)

// Units are the cells of a block in their order, those that differ in their arm
// alone together. Blocks come in pairs, the second in the reverse order of the
// first, so that of any two cells each goes first equally often and a drift
// within a block cancels.
func (p Plan) Units(block int) (units [][]Cell) {
	index := map[string]int{}
	for _, c := range p.Cells {
		id := c.Unit()
		i, there := index[id]
		if !there {
			i = len(units)
			index[id] = i
			units = append(units, nil)
		}
		units[i] = append(units[i], c)
	}
	rng := rand.New(rand.NewPCG(p.Seed, uint64(block/2)))
	rng.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	if block%2 == 1 {
		slices.Reverse(units)
	}
	for _, u := range units {
		Rotate(u, block)
	}
	return units
}

// Rotate brings arms into their order for a turn: in two turns each of two goes
// first once, in six turns each of three takes each place twice and follows each
// other one equally often.
func Rotate[T any](arms []T, turn int) {
	n := len(arms)
	if n == 1 {
		return
	}
	k := turn / 2 % n
	slices.Reverse(arms[:k])
	slices.Reverse(arms[k:])
	slices.Reverse(arms)
	if turn%2 == 1 {
		slices.Reverse(arms)
	}
}

// Order is the order of cells in a block.
func (p Plan) Order(block int) []Cell { return slices.Concat(p.Units(block)...) }
