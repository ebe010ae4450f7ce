package results

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
)

// ErrNewer is returned for files of a later schema than this program knows.
var ErrNewer = errors.New("written by a newer pushbench")

// checkSchema accepts every version this program can read.
func checkSchema(v int) error {
	switch {
	case v > Schema:
		return fmt.Errorf("schema %d: %w (this one reads up to %d): update pushbench", v, ErrNewer, Schema)
	case v < 1:
		return fmt.Errorf("schema %d: not a version (1 to %d)", v, Schema)
	}
	return nil
}

// Check tells what makes the manifest unusable, or nil.
func (m Manifest) Check() error {
	if err := checkSchema(m.Schema); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, c := range m.Plan.Cells {
		if c.ID == "" || seen[c.ID] {
			return fmt.Errorf("plan.cells[%d]: id %q is empty or used twice", i, c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

// Check tells what makes the record unusable in a run of plan p, or nil.
func (t Trial) Check(p plan.Plan) error {
	if err := checkSchema(t.Schema); err != nil {
		return err
	}
	if !slices.ContainsFunc(p.Cells, func(c plan.Cell) bool { return c.ID == t.Cell }) {
		return fmt.Errorf("cell %q is not in the run's plan", t.Cell)
	}
	if t.Block < 0 || t.Order < 0 {
		return fmt.Errorf("block %d, order %d: neither can be negative", t.Block, t.Order)
	}
	if !slices.Contains([]State{Valid, Censored, Invalid}, t.State) {
		return fmt.Errorf("state %q is none of %q, %q, %q", t.State, Valid, Censored, Invalid)
	}
	for name, v := range t.Metrics {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("metric %s is %g: leave out what could not be measured and say why in notes", name, v)
		}
	}
	for name, b := range t.Histograms {
		if _, err := DecodeHistogram(b); err != nil {
			return fmt.Errorf("histogram %s: %w", name, err)
		}
	}
	return nil
}

// checkNames refuses metrics without an entry in the dictionary. Only writers
// are held to it: a reader meets names of later versions.
func (t Trial) checkNames() error {
	for name := range t.Metrics {
		if _, ok := plan.MetricNamed(name); !ok {
			return fmt.Errorf("metric %q is not in the metric dictionary (internal/plan/metric.go)", name)
		}
	}
	return nil
}
