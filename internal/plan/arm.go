package plan

import (
	"maps"
	"slices"
)

// ArmFactor is the factor by which the cells of different arms differ.
const ArmFactor = "arm"

// The arms of a gate.
const (
	BaseArm = "base"
	HeadArm = "head"
)

// An Arm is one of the programs that are measured against each other, block by
// block, in cells that are otherwise the same.
type Arm struct {
	Name string `json:"name"` // the value of the factor
	// Program is a pushbench that plays the server of cells without a server of
	// the user's, relative to the run directory; this one if it is empty.
	Program string `json:"program,omitempty"`
	// Servers replace those of the plan that have the same name.
	Servers map[string]Server `json:"servers,omitempty"`
	// Revision is what Program or Servers are built from: a commit's full name.
	Revision string    `json:"revision,omitempty"`
	Inject   Injection `json:"inject,omitzero"`
}

// Turns say how arms share the machine within a block: each has Count slices,
// which alternate. Cells that cannot be sliced are measured one arm after the
// other.
type Turns struct {
	Count  int     `json:"count"`          // slices of each arm
	Slice  Seconds `json:"slice_seconds"`  // measured
	Settle Seconds `json:"settle_seconds"` // before each slice, not measured
}

// DefaultTurns are what docs/decisions/turns.md found best.
var DefaultTurns = Turns{Count: 20, Slice: 0.02, Settle: 0.003}

// WithArms returns the plan with every cell once for each arm, and nothing
// compared but the arms, with the first as the base.
func (p Plan) WithArms(t Turns, arms ...Arm) Plan {
	cells := p.Cells
	p.Cells, p.Arms, p.Turns, p.Charts = nil, arms, &t, nil
	for _, c := range cells {
		for _, a := range arms {
			of := c
			of.Groups = slices.Clone(c.Groups)
			of.Factors = maps.Clone(c.Factors)
			of.Factors[ArmFactor] = a.Name
			of.ID = of.Factors.ID()
			p.Cells = append(p.Cells, of)
		}
	}
	p.Compare = nil
	for _, metric := range []string{"goodput_bytes_per_second", "server_cpu_seconds_per_message"} {
		p.Compare = append(p.Compare, Compare{Factor: ArmFactor, Base: arms[0].Name, Metric: metric})
	}
	return p
}

// WithoutArms returns the plan with every cell once, and nothing compared.
func (p Plan) WithoutArms() Plan {
	cells := p.Cells
	p.Cells, p.Arms, p.Turns, p.Compare = nil, nil, nil, nil
	seen := map[string]bool{}
	for _, c := range cells {
		c.ID = c.Unit()
		c.Factors = maps.Clone(c.Factors)
		delete(c.Factors, ArmFactor)
		if !seen[c.ID] {
			seen[c.ID] = true
			p.Cells = append(p.Cells, c)
		}
	}
	return p
}

// ArmOf returns the arm of a cell, the zero Arm if the plan has none of that name.
func (p Plan) ArmOf(c Cell) Arm {
	name := c.Factors.Text(ArmFactor)
	for _, a := range p.Arms {
		if a.Name == name {
			return a
		}
	}
	return Arm{}
}

// ServerOf returns the user's server of a cell, in its arm's form.
func (p Plan) ServerOf(c Cell) (Server, bool) {
	name := c.Factors.Text("server")
	if s, ok := p.ArmOf(c).Servers[name]; ok {
		return s, true
	}
	s, ok := p.Servers[name]
	return s, ok
}

// Unit is the identity of a cell without its arm: cells of one unit are measured
// together.
func (c Cell) Unit() string {
	if c.Factors.Text(ArmFactor) == "" {
		return c.ID
	}
	v := maps.Clone(c.Factors)
	delete(v, ArmFactor)
	return v.ID()
}
