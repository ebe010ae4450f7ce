package report

import (
	"strings"
	"testing"

	"github.com/pushbench/pushbench/results/gate"
)

func TestSelfTestExitStatus(t *testing.T) {
	as := func(wanted, was gate.Verdict) TestedGate { return TestedGate{Wanted: wanted, Verdict: was} }
	same, worse, undecided := as(gate.Same, gate.Same), as(gate.Worse, gate.Worse), as(gate.Worse, gate.Undecided)
	missed, alarm, nothing := as(gate.Worse, gate.Same), as(gate.Same, gate.Worse), as(gate.Worse, gate.Unmeasured)
	for _, c := range []struct {
		tests []TestedGate
		want  int
		says  string
	}{
		{[]TestedGate{same, worse}, gate.ExitPass, "works"},
		{[]TestedGate{same, undecided}, gate.ExitInconclusive, "undecided"},
		{[]TestedGate{undecided, missed}, gate.ExitRegression, "DOES NOT WORK"},
		{[]TestedGate{missed, undecided}, gate.ExitRegression, "DOES NOT WORK"},
		{[]TestedGate{alarm, worse}, gate.ExitRegression, "DOES NOT WORK"},
		{[]TestedGate{missed, nothing}, gate.ExitFailed, "measured nothing"},
	} {
		s := SelfTest{Scenario: "s", Tests: c.tests, Untested: []string{"wire_bytes_per_message"}}
		var out strings.Builder
		if err := s.Write(&out); err != nil {
			t.Fatal(err)
		}
		if got := s.ExitStatus(); got != c.want || !strings.Contains(out.String(), c.says) || !strings.Contains(out.String(), "not tested") {
			t.Errorf("%v: status %d, not %d:\n%s", c.tests, got, c.want, out.String())
		}
	}
}
