package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/results"
)

func look(cell string, with, without float64, state results.State) results.Look {
	side := func(rate float64) results.Trial {
		return results.Trial{State: state, Metrics: map[string]float64{"messages_per_second": rate, "server_cpu_seconds_per_message": 1 / rate}}
	}
	return results.Look{
		Kind: "probe", Cell: cell, Mechanism: "tracepoint", Refused: []string{"tracepoints: this kernel lacks it"},
		Figures: map[string]float64{"sends_per_message": 1}, Missing: map[string]string{"vectored": "only the end is seen"},
		With: side(with), Without: side(without),
	}
}

// What a look cost comes from pairs of valid trials alone; what is missing is n/a
// with its reason.
func TestLooks(t *testing.T) {
	var out bytes.Buffer
	other := look("b", 1, 1, results.Invalid)
	other.Figures = map[string]float64{"eagain_share": 0.5}
	other.Lost = map[string]uint64{"sends": 3}
	looks := []results.Look{
		look("a", 90, 100, results.Valid), look("a", 80, 100, results.Valid), look("a", 95, 100, results.Valid),
		look("a", 1, 100, results.Invalid), other,
	}
	if err := Looks(&out, looks); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"looking cost a: 10.0 % of messages/s", "(median of 3 pairs", "looking cost b: n/a", "seen by tracepoint\n",
		"not by tracepoints: this kernel lacks it", "n/a: vectored: only the end is seen", "b: lost 3 sends", "n/a",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
