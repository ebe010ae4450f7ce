package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// The claim gives no figures; these are what its words take, relative to a limit of
// once bandwidth times round-trip time.
const (
	stalls    = 0.8 // of the goodput, at most: the pipe is stalled
	fullPipe  = 0.95
	mostPipe  = 1.1 // between these, more in flight adds no throughput
	addsDelay = 1.2 // times the latency, at least
)

// settlePipeline asks at each round-trip time, for the limit by each of TCP's two
// round-trip times and for the send buffer alone, whether too little in flight stalls
// the pipe and too much adds delay and no throughput.
func settlePipeline(e Evidence) results.Verdict {
	var cases []Case
	var causes []string
	var headline *results.Estimate
	for _, s := range sweeps(e) {
		small, large := s.cells[0], s.cells[len(s.cells)-1]
		slower := e.relative("median latency at "+s.name(large)+" over that at "+s.name(s.base)+", "+s.when, large, s.base, reads("latency_p50_seconds"))
		if headline == nil {
			headline = &slower
		}
		cases = append(cases, newCase(s.when,
			atMost("goodput at "+s.name(small)+" over that at "+s.name(s.base), e.relative("", small, s.base, reads(goodput)), stalls),
			within("goodput at "+s.name(large)+" over that at "+s.name(s.base), e.relative("", large, s.base, reads(goodput)), fullPipe, mostPipe),
			atLeast("median latency at "+s.name(large)+" over that at "+s.name(s.base), slower, addsDelay),
		))
		causes = append(causes, s.cause(small, large))
	}
	v := weigh(cases)
	v.Evidence["threshold"] = thresholds(e)
	v.Interval, v.Cause = headline, strings.Join(causes, "; ")
	return v
}

// A sweep is cells that differ in how much may be in flight, from least to most.
type sweep struct {
	when   string
	factor string // that they differ in
	cells  []results.Cell
	base   results.Cell // that has room for once the product
}

func (s sweep) name(c results.Cell) string {
	return s.factor + " " + units.Value(s.factor, c.Factors[s.factor])
}

// sweeps finds them: three cells or more on one link, one of them in between.
func sweeps(e Evidence) (out []sweep) {
	for _, c := range e.Cells {
		s := sweep{factor: "bdp_share", when: "limit by the " + c.Factors.Text("bdp_rtt") + " RTT"}
		room := func(c results.Cell) float64 { return c.Factors.Number("bdp_share") }
		if c.Factors["strategy"] == "bufio" {
			s.factor, s.when = "sndbuf", "no limit but the send buffer"
			room = func(c results.Cell) float64 {
				return kernelDoubles * c.Factors.Number("sndbuf") / product(c.Factors)
			}
		} else if c.Factors["strategy"] != "pipeline" {
			continue
		}
		s.when += ", rtt " + units.Value("rtt", c.Factors.Get("rtt"))
		if slices.ContainsFunc(out, func(o sweep) bool { return o.when == s.when }) {
			continue
		}
		for _, other := range e.Cells {
			if agrees(other.Factors, without(c.Factors, s.factor)) {
				s.cells = append(s.cells, other)
			}
		}
		slices.SortFunc(s.cells, func(a, b results.Cell) int { return int(math.Copysign(1, room(a)-room(b))) })
		far := func(c results.Cell) float64 { return math.Abs(math.Log(room(c))) }
		s.base = slices.MinFunc(s.cells, func(a, b results.Cell) int { return int(math.Copysign(1, far(a)-far(b))) })
		if n := len(s.cells); n >= 3 && s.base.ID != s.cells[0].ID && s.base.ID != s.cells[n-1].ID {
			out = append(out, s)
		}
	}
	return out
}

// kernelDoubles is what Linux makes of SO_SNDBUF.
const kernelDoubles = 2

// product is bandwidth times round-trip time, in bytes.
func product(v plan.Values) float64 { return v.Number("bandwidth") / 8 * v.Number("rtt") }

// cause tells where the bytes were, with too little in flight, enough and too much.
func (s sweep) cause(small, large results.Cell) string {
	of := func(name string) string {
		return fmt.Sprintf("%s, %s and %s", middle(small, name), middle(s.base, name), middle(large, name))
	}
	text := fmt.Sprintf("%s: at %s, %s and %s %s of what the link carries passed, and half of the messages took %s", s.when,
		s.name(small), units.Value(s.factor, s.base.Factors[s.factor]), units.Value(s.factor, large.Factors[s.factor]),
		of("efficiency"), of("latency_p50_seconds"))
	if s.factor == "bdp_share" {
		text += "; the writer paused for " + of("paused_share") + " of the time"
	}
	return text
}

// A threshold is what pausing at a share of the send buffer gave.
type threshold struct {
	When    string           `json:"when"`
	Goodput results.Estimate `json:"goodput"`
	Latency results.Estimate `json:"latency"`
}

// thresholds lists the cells that differ from others in high_water.
func thresholds(e Evidence) (out []threshold) {
	for _, c := range e.Cells {
		if c.Factors["strategy"] != "pipeline" || len(e.cells(without(c.Factors, "high_water"))) < 2 {
			continue
		}
		t := threshold{When: where(c.Factors, "high_water", "sndbuf", "rtt")}
		t.Goodput, _ = metric(c, goodput)
		t.Latency, _ = metric(c, "latency_p50_seconds")
		out = append(out, t)
	}
	return out
}
