package results

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
)

func FuzzReadTrials(f *testing.F) {
	p := plan.Plan{Cells: []plan.Cell{{ID: "strategy=direct"}}}
	good, _ := json.Marshal(Trial{Schema: 1, Cell: "strategy=direct", State: Valid, Metrics: map[string]float64{"messages_per_second": 1}})
	line := string(good) + "\n"
	for _, seed := range []string{
		"", "\n", line, line + line[:20], line + "{}\n" + line, "\x00\x00", `{"schema":9}`,
		`{"schema":1,"cell":"strategy=direct","state":"valid","metrics":null,"histograms":{"latency":"SElTVA=="}}` + "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		log, err := readTrials(data, p)
		if err != nil {
			return
		}
		for _, tr := range log.trials {
			if err := tr.Check(p); err != nil {
				t.Errorf("took a trial that is not sound: %v", err)
			}
		}
		if !log.rewrite && !bytes.Equal(log.whole, data) {
			t.Errorf("%q would be kept as it is though the good lines are %q", data, log.whole)
		}
		// What is kept must read back as the same trials, without damage.
		again, err := readTrials(log.whole, p)
		if err != nil || len(again.trials) != len(log.trials) || len(again.damaged) > 0 || again.torn != "" || again.rewrite {
			t.Errorf("good lines do not read back: %+v, %v", again, err)
		}
	})
}
