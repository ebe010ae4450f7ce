package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/pushbench/pushbench/results/gate"
)

// The parts of JUnit's XML that viewers agree on.
type (
	testSuites struct {
		XMLName xml.Name    `xml:"testsuites"`
		Suites  []testSuite `xml:"testsuite"`
	}
	testSuite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Time     float64    `xml:"time,attr"` // seconds
		Cases    []testCase `xml:"testcase"`
		Output   string     `xml:"system-out,omitempty"`
	}
	testCase struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		Time    float64     `xml:"time,attr"`
		Failure *testResult `xml:"failure"`
		Error   *testResult `xml:"error"`
		Skipped *testResult `xml:"skipped"`
	}
	testResult struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a decision as JUnit XML: one suite a metric, one test a cell. Worse
// is a failure, unmeasured an error, undecided is skipped, or a failure where the
// decision says that it counts as one.
func JUnit(w io.Writer, d gate.Decision) error {
	d = tidy(d)
	var all testSuites
	for _, metric := range metricsOf(d) {
		s := testSuite{Name: d.Scenario + " " + metric}
		for _, c := range d.Comparisons {
			if c.Metric == metric {
				s.add(d.Scenario, c, d.Strict)
			}
		}
		all.Suites = append(all.Suites, s)
	}
	if n := len(all.Suites); n > 0 {
		all.Suites[n-1].Output = strings.Join(append([]string{sides(d) + "; " + Basis(d)}, d.Notes...), "; ")
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *testSuite) add(scenario string, c gate.Comparison, strict bool) {
	t := testCase{Class: scenario + "." + c.Metric, Name: c.Cell, Time: float64(c.Seconds)}
	result := &testResult{Message: Sentence(c), Text: Sentence(c)}
	s.Tests++
	s.Time = max(s.Time, t.Time)
	switch c.Verdict {
	case gate.Worse:
		s.Failures++
		t.Failure = result
	case gate.Unmeasured:
		s.Errors++
		t.Error = result
	case gate.Undecided:
		if strict {
			s.Failures++
			t.Failure = result
			break
		}
		s.Skipped++
		t.Skipped = result
	}
	s.Cases = append(s.Cases, t)
}

// Sentence says in one line what is known of a cell in a metric.
func Sentence(c gate.Comparison) string {
	text := fmt.Sprintf("%s: %s", said(c.Metric), c.Verdict)
	if c.Ratio != nil {
		text += fmt.Sprintf(", %s the base", times(c.Ratio))
		if c.Lo != nil && c.Hi != nil {
			text += fmt.Sprintf(" (%s at %.5g %%)", interval(c), 100*c.Confidence)
		} else if c.Method == gate.Exactly {
			text += " (exact)"
		}
	}
	if c.Why != "" {
		text += "; " + c.Why
	}
	return text
}
