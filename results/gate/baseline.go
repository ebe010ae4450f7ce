package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// BaselineSchema is the version of baseline files.
const BaselineSchema = 1

// A Baseline is what a stored base knows of each cell in each metric that the
// gate's rules are about: a small file that people read and diff. It is data:
// nothing in it is ever run.
type Baseline struct {
	Schema   int     `json:"schema"`
	Scenario string  `json:"scenario"`
	Hash     string  `json:"hash"` // of what is measured: cells, times, servers
	Made     string  `json:"made"` // a date
	Version  string  `json:"version"`
	Machine  Machine `json:"machine"`
	// Cells maps cells to metrics to what was measured.
	Cells map[string]map[string]Stored `json:"cells"`
}

// A Machine tells machines apart and says what the figures may depend on.
type Machine struct {
	ID     string `json:"id"`
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	OS     string `json:"os"`
	Kernel string `json:"kernel"`
	Go     string `json:"go"`
}

// Stored is a sample: one value a block or, where the load determines the metric,
// counts of whole trials.
type Stored struct {
	Values   []float64 `json:"values,omitempty"` // six digits each
	Tally    *tally    `json:"tally,omitempty"`
	Censored float64   `json:"censored,omitempty"` // share of the values that are bounds
}

// HashOf identifies what a plan measures: a figure of one hash says nothing about
// another. Names, charts, rules and the number of blocks are not part of it.
func HashOf(p plan.Plan) string {
	type cell struct {
		ID             string
		Warmup, Window plan.Seconds
	}
	var cells []cell
	for _, c := range p.Cells {
		if standsFor(c) {
			cells = append(cells, cell{c.Unit(), c.Warmup, c.Window})
		}
	}
	slices.SortFunc(cells, func(a, b cell) int { return strings.Compare(a.ID, b.ID) })
	text, _ := json.Marshal(struct {
		Cells   []cell
		Servers map[string]plan.Server
		Turns   *plan.Turns `json:",omitempty"`
	}{cells, p.Servers, p.Turns}) // plain values always marshal
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// NewBaseline takes what the rules need from a run. It is an error where the run
// lacks it: a baseline with holes would let through what they hide.
func NewBaseline(run *results.Run, rules []plan.Rule) (Baseline, error) {
	m := run.Manifest
	b := Baseline{
		Schema: BaselineSchema, Scenario: m.Plan.Name, Hash: HashOf(m.Plan), Made: m.Created.UTC().Format(time.DateOnly), Version: m.Version,
		Machine: machineOf(m.Host), Cells: map[string]map[string]Stored{},
	}
	if harmed(m.Plan) {
		return b, errors.New("its head was made worse on purpose: take a run of the program as it is")
	}
	g, err := gateOf(m.Plan, rules, alone(m.Plan))
	if err != nil {
		return b, err
	}
	trials := results.ByCell(run.Trials)
	var holes []error
	for _, c := range g.comparisons {
		s, err := c.stored(c.sampleOf(trials[c.head.ID]))
		if err != nil {
			holes = append(holes, fmt.Errorf("%s of %s: %w", c.metric.Name, c.name, err))
			continue
		}
		if b.Cells[c.name] == nil {
			b.Cells[c.name] = map[string]Stored{}
		}
		b.Cells[c.name][c.metric.Name] = s
	}
	return b, errors.Join(holes...)
}

func machineOf(h results.Host) Machine {
	return Machine{ID: h.ID, CPU: h.CPU, Cores: h.Cores, OS: h.OS, Kernel: h.Kernel, Go: h.Go}
}

// alone pairs the cells of a plan with themselves; of arms, the head's.
func alone(p plan.Plan) (out []cellPair) {
	for _, c := range p.Cells {
		if standsFor(c) {
			out = append(out, cellPair{c, c, c.Unit()})
		}
	}
	return out
}

// standsFor tells whether a cell stands for its run: of arms, the head does.
func standsFor(c plan.Cell) bool {
	arm, armed := c.Factors[plan.ArmFactor]
	return !armed || arm == plan.HeadArm
}

// leastStored is how many valid blocks a baseline needs of what it holds by values.
const leastStored = 6

func (c comparison) stored(s sample) (Stored, error) {
	if c.exact != nil {
		if s.tally.Trials == 0 {
			return Stored{}, errors.New("no valid trial counted it")
		}
		return Stored{Tally: &s.tally}, nil
	}
	if len(s.values) < leastStored {
		return Stored{}, fmt.Errorf("%d valid blocks; %d are needed", len(s.values), leastStored)
	}
	out := Stored{Censored: rounded(s.censored)}
	for _, v := range s.values {
		out.Values = append(out.Values, rounded(v))
	}
	return out, nil
}

// rounded keeps six digits.
func rounded(v float64) float64 {
	x, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64) // reads its own form
	return x
}

func (s Stored) sample() sample {
	out := sample{values: s.Values, censored: s.Censored}
	if s.Tally != nil {
		out.tally = *s.Tally
	}
	return out
}

// Against compares a run with a baseline by rules, which are the run's own as a
// rule. Counted metrics are compared wherever it was made, the others on the same
// machine alone; the decision's notes say what was left out. A baseline of another
// scenario or without a cell that the rules are about is an error.
func Against(b Baseline, run *results.Run, rules []plan.Rule) (Decision, error) {
	g, notes, err := against(b, run.Manifest, rules)
	if err != nil {
		return Decision{}, err
	}
	d := g.begin("the baseline of "+b.Made, run.Dir)
	d.Notes = notes
	trials := results.ByCell(run.Trials)
	for _, c := range g.comparisons {
		d.Comparisons = append(d.Comparisons, c.unpaired(b.Cells[c.name][c.metric.Name].sample(), c.sampleOf(trials[c.head.ID])))
	}
	return d.end(newClock(run.Trials)), nil
}

// CheckBaseline tells, before anything is measured, why a run of this manifest
// could not be held against a baseline.
func CheckBaseline(b Baseline, m results.Manifest, rules []plan.Rule) error {
	_, _, err := against(b, m, rules)
	return err
}

func against(b Baseline, m results.Manifest, rules []plan.Rule) (*Gate, []string, error) {
	switch {
	case b.Scenario != m.Plan.Name:
		return nil, nil, fmt.Errorf("the baseline is of scenario %q, not %q", b.Scenario, m.Plan.Name)
	case b.Hash != HashOf(m.Plan):
		return nil, nil, fmt.Errorf("the baseline is of other cells or times of scenario %s than these (%s, not %s): make it anew from a run of the same cells, or choose them by --set and --all-networks", b.Scenario, b.Hash, HashOf(m.Plan))
	}
	g, err := gateOf(m.Plan, rules, alone(m.Plan))
	if err != nil {
		return nil, nil, err
	}
	var notes []string
	left := g.keepCounted(results.Host{ID: b.Machine.ID}, m.Host)
	if left != "" {
		notes = append(notes, left)
	}
	if len(g.comparisons) == 0 {
		return nil, nil, fmt.Errorf("the baseline can decide nothing here: %s", left)
	}
	var holes []error
	for _, c := range g.comparisons {
		s, ok := b.Cells[c.name][c.metric.Name]
		if !ok || c.exact != nil && s.Tally == nil || c.exact == nil && len(s.Values) < leastStored {
			holes = append(holes, fmt.Errorf("the baseline lacks %s of %s: make it anew", c.metric.Name, c.name))
		}
	}
	g.split(rules)
	return g, notes, errors.Join(holes...)
}

// Check tells what makes a baseline that was read unusable, or nil.
func (b Baseline) Check() error {
	switch {
	case b.Schema > BaselineSchema:
		return fmt.Errorf("schema %d: %w (this one reads %d): update pushbench", b.Schema, results.ErrNewer, BaselineSchema)
	case b.Schema < 1:
		return fmt.Errorf("schema %d is no version of a baseline", b.Schema)
	case b.Scenario == "" || b.Hash == "" || len(b.Cells) == 0:
		return errors.New("scenario, hash or cells are missing: the file is no whole baseline")
	}
	for cell, metrics := range b.Cells {
		for name, s := range metrics {
			if err := s.check(); err != nil {
				return fmt.Errorf("%s of %s: %w", name, cell, err)
			}
		}
	}
	return nil
}

func (s Stored) check() error {
	for _, v := range s.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("value %g: none is below 0", v)
		}
	}
	if t := s.Tally; t != nil && (t.Per == 0 || t.Trials < 1) {
		return errors.New("a tally of nothing")
	}
	if s.Tally == nil && len(s.Values) == 0 {
		return errors.New("neither values nor a tally")
	}
	if !(s.Censored >= 0 && s.Censored <= 1) {
		return fmt.Errorf("censored %g is no share", s.Censored)
	}
	return nil
}
