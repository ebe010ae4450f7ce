package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/gate"
)

// A SelfTest is what a gate's self-test found.
type SelfTest struct {
	Schema   int          `json:"schema"`
	Scenario string       `json:"scenario"`
	Tests    []TestedGate `json:"tests"`
	Untested []string     `json:"untested,omitempty"` // metrics that nothing made worse
}

// A TestedGate is one gate of it. Verdict looks at Metrics alone if there are any.
type TestedGate struct {
	Inject  plan.Injection `json:"inject"`
	Metrics []string       `json:"metrics,omitempty"`
	Wanted  gate.Verdict   `json:"wanted"`
	Verdict gate.Verdict   `json:"verdict"`
	Blocks  int            `json:"blocks"`
	Seconds plan.Seconds   `json:"seconds"`
}

// Add takes the decision of one gate.
func (s *SelfTest) Add(t gate.SelfTest, d gate.Decision) {
	s.Tests = append(s.Tests, TestedGate{t.Inject, t.Metrics, t.Wanted(), t.Verdict(d), d.Blocks, d.Seconds})
}

// ExitStatus is 0 if every gate ended as it should, 1 if one ended otherwise, 3 if
// one was undecided, 4 if one measured nothing.
func (s SelfTest) ExitStatus() int {
	status := gate.ExitPass
	for _, t := range s.Tests {
		switch {
		case t.Verdict == t.Wanted:
		case t.Verdict == gate.Unmeasured:
			return gate.ExitFailed
		case t.Verdict == gate.Undecided && status != gate.ExitRegression:
			status = gate.ExitInconclusive
		case t.Verdict != gate.Undecided:
			status = gate.ExitRegression
		}
	}
	return status
}

// Write writes it as a table with a verdict.
func (s SelfTest) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s: the gate's self-test\n\n", s.Scenario)
	head, wanted, got := column{head: "the head", text: true}, column{head: "must be", text: true}, column{head: "was", text: true}
	in, blocks, time := column{head: "in", text: true}, column{head: "blocks"}, column{head: "seconds"}
	for _, t := range s.Tests {
		head.add(named(t.Inject), "")
		wanted.add(string(t.Wanted), "")
		got.add(string(t.Verdict), "")
		in.add(metricNames(t.Metrics), "")
		blocks.add(fmt.Sprint(t.Blocks), "")
		time.add(fmt.Sprintf("%.0f", float64(t.Seconds)), "")
	}
	write(b, []column{head, wanted, got, in, blocks, time})
	untested(b, s.Untested)
	fmt.Fprintf(b, "\n%s\n", map[int]string{
		gate.ExitPass: "works: every gate ended as it must", gate.ExitRegression: "DOES NOT WORK: a gate ended otherwise than it must",
		gate.ExitInconclusive: "undecided: a gate's time was over before it was certain", gate.ExitFailed: "DOES NOT WORK: a gate measured nothing",
	}[s.ExitStatus()])
	return b.Flush()
}

// SelfTestPlan says what a self-test would do.
func SelfTestPlan(w io.Writer, tests []gate.SelfTest, unseen []string) error {
	b := bufio.NewWriter(w)
	for _, t := range tests {
		fmt.Fprintf(b, "%s must be %s in %s\n", named(t.Inject), t.Wanted(), metricNames(t.Metrics))
	}
	untested(b, unseen)
	return b.Flush()
}

func named(in plan.Injection) string {
	if s := in.String(); s != "" {
		return s
	}
	return "the base itself"
}

func metricNames(metrics []string) string {
	if len(metrics) == 0 {
		return "every metric"
	}
	var names []string
	for _, m := range metrics {
		names = append(names, said(m))
	}
	return strings.Join(names, " or ")
}

func untested(w io.Writer, metrics []string) {
	if len(metrics) > 0 {
		fmt.Fprintf(w, "\nnot tested, since nothing here makes it worse: %s\n", metricNames(metrics))
	}
}
