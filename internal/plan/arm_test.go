package plan

import (
	"fmt"
	"testing"
)

func TestArmsOfAUnitStandTogether(t *testing.T) {
	var cells []Cell
	for i := range 3 {
		v := Values{"strategy": "direct", "message": float64(64 + i), "load": "saturate"}
		cells = append(cells, Cell{ID: v.ID(), Factors: v})
	}
	p := Plan{Cells: cells, Seed: 1}.WithArms(DefaultTurns, Arm{Name: BaseArm}, Arm{Name: HeadArm})
	first := map[string]int{}
	for block := range 8 {
		units := p.Units(block)
		if len(units) != len(cells) {
			t.Fatalf("%d units, not %d", len(units), len(cells))
		}
		for _, u := range units {
			if len(u) != 2 || u[0].Unit() != u[1].Unit() || u[0].ID == u[1].ID {
				t.Fatalf("block %d has a unit of %v", block, u)
			}
			first[u[0].Factors.Text(ArmFactor)]++
		}
	}
	if first[BaseArm] != first[HeadArm] {
		t.Errorf("base and head go first %d and %d times", first[BaseArm], first[HeadArm])
	}
}

func TestRotateBalances(t *testing.T) {
	for n := 2; n <= 4; n++ {
		place, after := map[string]int{}, map[string]int{}
		for turn := range 2 * n {
			arms := []int{0, 1, 2, 3}[:n:n]
			Rotate(arms, turn)
			for i, a := range arms {
				place[fmt.Sprint(a, i)]++
				if i > 0 {
					after[fmt.Sprint(arms[i-1], a)]++
				}
			}
		}
		for at, k := range place {
			if k != 2 {
				t.Errorf("of %d arms, (arm place) %s comes %d times in %d turns", n, at, k, 2*n)
			}
		}
		for pair, k := range after {
			a, z := pair[:1], pair[2:]
			if back := after[z+" "+a]; back != k {
				t.Errorf("of %d arms, %s follows %s %d times and the other way %d", n, z, a, k, back)
			}
		}
	}
}

func TestInjectionTouches(t *testing.T) {
	window := Cell{Factors: Values{"flush": "window"}}
	full := Cell{Factors: Values{"flush": "full"}}
	own := Cell{Factors: Values{"server": "own"}}
	later, dearer := Injection{Flush: 0.001}, Injection{Alloc: 64}
	for _, c := range []struct {
		in   Injection
		cell Cell
		want bool
	}{{later, window, true}, {later, full, false}, {dearer, full, true}, {dearer, own, false}, {Injection{}, full, false}} {
		if got := c.in.Touches(c.cell); got != c.want {
			t.Errorf("%q touches %v: %v", c.in, c.cell.Factors, got)
		}
	}
}
