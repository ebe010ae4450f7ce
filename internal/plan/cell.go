package plan

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Values maps factor names to values of their kind: string, bool or float64 in
// base units. Factors that do not apply to a cell are absent.
type Values map[string]any

// Get returns the value of a factor, or its default.
func (v Values) Get(name string) any {
	if x, ok := v[name]; ok {
		return x
	}
	f, _ := FactorNamed(name)
	return f.Default
}

// Text returns an Enum or Name factor.
func (v Values) Text(name string) string { s, _ := v.Get(name).(string); return s }

// Bool returns a Bool factor.
func (v Values) Bool(name string) bool { b, _ := v.Get(name).(bool); return b }

// Number returns a Count, Size, Rate, Share or Bandwidth factor in base units.
func (v Values) Number(name string) float64 { x, _ := v.Get(name).(float64); return x }

// Int returns a Count or Size factor.
func (v Values) Int(name string) int { return int(v.Number(name)) }

// Duration returns a Duration factor.
func (v Values) Duration(name string) time.Duration { return Seconds(v.Number(name)).Duration() }

// always lists the factors an identity names even at their default, so that
// a reader of a table or a baseline knows the cell without a reference.
var always = map[string]bool{"strategy": true, "message": true, "load": true}

// ID is the identity of a cell: name=value in table order, values in base
// units, defaults left out but for the strategy, the message and the load.
func (v Values) ID() string {
	var parts []string
	for _, f := range Factors {
		x, ok := v[f.Name]
		if !ok || (x == f.Default && !always[f.Name]) {
			continue
		}
		parts = append(parts, f.Name+"="+format(x))
	}
	return strings.Join(parts, ",")
}

func format(x any) string {
	switch x := x.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return ""
}

// Seconds is a time span as stored: a plain number of seconds.
type Seconds float64

// Duration rounds to the nanosecond.
func (s Seconds) Duration() time.Duration {
	return time.Duration(math.Round(float64(s) * float64(time.Second)))
}

// A Cell is one point of the matrix, run once in every block.
type Cell struct {
	ID      string   `json:"id"`
	Groups  []string `json:"groups"` // names of the scenario's groups it belongs to
	Factors Values   `json:"factors"`
	Warmup  Seconds  `json:"warmup_seconds"`
	Window  Seconds  `json:"window_seconds"`
	// Stamped tells that the messages of a user's server carry their time.
	Stamped bool `json:"stamped,omitempty"`
}

// Timed tells whether messages carry their intended send time, so that the
// cell has latency histograms.
func (c Cell) Timed() bool { return c.Stamped || c.Factors.Text("load") != "saturate" }

// Ours tells whether the cell measures our own server.
func (c Cell) Ours() bool { return c.Factors.Text("server") == Ours }

// In tells whether the cell belongs to the group.
func (c Cell) In(group string) bool {
	return slices.Contains(c.Groups, group) || (group == "" && len(c.Groups) == 0)
}
