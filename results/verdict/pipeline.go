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

// The claim gives no figures; these are what its words take, relative to the amount in
// flight that is taken for the right one.
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
		for _, right := range s.between() {
			slower := e.relative("median latency at "+s.name(large)+" over that at "+s.name(right)+", "+s.when, large, right, reads("latency_p50_seconds"))
			if headline == nil {
				headline = &slower
			}
			cases = append(cases, newCase(s.when+", with "+s.name(right)+" for the right amount",
				atMost("goodput at "+s.name(small)+" over that at "+s.name(right), e.relative("", small, right, reads(goodput)), stalls),
				within("goodput at "+s.name(large)+" over that at "+s.name(right), e.relative("", large, right, reads(goodput)), fullPipe, mostPipe),
				atLeast("median latency at "+s.name(large)+" over that at "+s.name(right), slower, addsDelay),
			))
		}
		causes = append(causes, s.cause())
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
}

// between are the amounts that have a smaller and a larger one.
func (s sweep) between() []results.Cell { return s.cells[1 : len(s.cells)-1] }

func (s sweep) name(c results.Cell) string {
	return s.factor + " " + units.Value(s.factor, c.Factors[s.factor])
}

// sweeps finds them: three cells or more on one link.
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
		if len(s.cells) >= 3 {
			out = append(out, s)
		}
	}
	return out
}

// kernelDoubles is what Linux makes of SO_SNDBUF.
const kernelDoubles = 2

// product is bandwidth times round-trip time, in bytes.
func product(v plan.Values) float64 { return v.Number("bandwidth") / 8 * v.Number("rtt") }

// cause tells where the bytes were, with ever more in flight.
func (s sweep) cause() string {
	list := func(write func(results.Cell) string) string {
		var parts []string
		for _, c := range s.cells {
			parts = append(parts, write(c))
		}
		return strings.Join(parts, ", ")
	}
	of := func(name string) string {
		return list(func(c results.Cell) string { return middle(c, name) })
	}
	text := fmt.Sprintf("%s: at a %s of %s of what the link carries passed %s, and half of the messages took %s", s.when, s.factor,
		list(func(c results.Cell) string { return units.Value(s.factor, c.Factors[s.factor]) }), of("efficiency"), of("latency_p50_seconds"))
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
