package gate

import (
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
)

// Rules returns the plan's rules or, where it has none, the default ones: what
// needs no rights and little time. They are about write calls, TLS records and
// frames where the load determines them, and processor time per message of
// saturated cells; on loopback, if any cell is there.
func Rules(p plan.Plan) []plan.Rule {
	if len(p.Gate) > 0 {
		return p.Gate
	}
	cells := p.Cells
	var where map[string][]any
	remote := func(c plan.Cell) bool { return c.Factors.Text("network") != "loopback" }
	if local := slices.DeleteFunc(slices.Clone(cells), remote); len(local) > 0 && len(local) < len(cells) {
		cells, where = local, map[string][]any{"network": {"loopback"}}
	}
	var out []plan.Rule
	for _, name := range counts {
		if slices.ContainsFunc(cells, func(c plan.Cell) bool { return exactly(name, c.Factors) != nil }) {
			out = append(out, plan.Rule{Metric: name, Cells: where, Determined: true})
		}
	}
	cpu := plan.Rule{Metric: "server_cpu_seconds_per_message", Cells: where}
	if timed := slices.ContainsFunc(cells, plan.Cell.Timed); timed && slices.ContainsFunc(cells, saturated) {
		cpu.Cells = withFactor(where, "load", "saturate")
	}
	return append(out, cpu)
}

// counts are metrics that a load may determine.
var counts = []string{"write_calls_per_message", "records_per_message", "frames_per_message"}

func saturated(c plan.Cell) bool { return c.Factors["load"] == "saturate" }

func withFactor(cells map[string][]any, factor string, value any) map[string][]any {
	out := map[string][]any{factor: {value}}
	for f, v := range cells {
		out[f] = v
	}
	return out
}
