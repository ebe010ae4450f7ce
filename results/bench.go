package results

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/pushbench/pushbench/internal/plan"
)

// WriteBench replaces bench.txt: the run in the Go benchmark format that
// benchstat reads (golang.org/design/14313-benchmark-format), one line a valid
// trial. Censored trials are left out, since the format has no bounds, and
// counted in the head.
func (r *Run) WriteBench() error {
	return WriteFileAtomic(r.path(BenchFile), benchText(r.Manifest, r.Trials))
}

func benchText(m Manifest, trials []Trial) []byte {
	cells := Usable(trials)
	var lines bytes.Buffer
	censored := 0
	for _, c := range m.Plan.Cells {
		for _, t := range cells[c.ID] {
			if t.State == Censored {
				censored++
				continue
			}
			lines.WriteString(benchLine(m.Plan.Name, t))
		}
	}
	var b bytes.Buffer
	for _, kv := range [][2]string{
		{"goos", m.Host.OS},
		{"goarch", m.Host.Arch},
		{"cpu", m.Host.CPU},
		{"kernel", m.Host.Kernel},
		{"go", m.Host.Go},
		{"pushbench", m.Version},
		{"scenario", m.Plan.Name},
		{"date", m.Created.UTC().Format("2006-01-02")},
		{"censored-left-out", strconv.Itoa(censored)},
	} {
		if kv[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", kv[0], oneLine(kv[1]))
		}
	}
	b.WriteString("Unit ns/op better=lower\n")
	for _, d := range plan.Metrics {
		if unit, _ := benchUnit(d); d.Better != "" {
			fmt.Fprintf(&b, "Unit %s better=%s\n", unit, d.Better)
		}
	}
	b.Write(lines.Bytes())
	return b.Bytes()
}

// benchLine writes a trial; one op is one message.
func benchLine(scenario string, t Trial) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Benchmark%s/%s 1", camel(scenario), benchName(t.Cell))
	if rate := t.Metrics["messages_per_second"]; rate > 0 {
		fmt.Fprintf(&b, " %s ns/op", number(1e9/rate))
	}
	for _, d := range plan.Metrics {
		if v, ok := t.Metrics[d.Name]; ok {
			unit, scale := benchUnit(d)
			fmt.Fprintf(&b, " %s %s", number(v*scale), unit)
		}
	}
	return b.String() + "\n"
}

// benchUnit names a metric as a unit, since the format tells values apart by
// their units alone. Times are in nanoseconds, which benchstat knows.
func benchUnit(d plan.Metric) (unit string, scale float64) {
	switch d.Name {
	case "goodput_bytes_per_second":
		return "B/s", 1
	case "messages_per_second":
		return "msg/s", 1
	}
	name, per := strings.CutSuffix(d.Name, "_per_message")
	if base, timed := strings.CutSuffix(name, "_seconds"); timed {
		name, scale = base+"-ns", 1e9
	} else {
		scale = 1
	}
	unit = strings.ReplaceAll(name, "_", "-")
	if per {
		unit += "/msg"
	}
	return unit, scale
}

// benchName turns a cell's identity into sub-benchmark names.
func benchName(id string) string {
	parts := strings.Split(id, ",")
	for i, p := range parts {
		parts[i] = strings.Map(func(r rune) rune {
			if r == '/' || unicode.IsSpace(r) {
				return '_'
			}
			return r
		}, p)
	}
	return strings.Join(parts, "/")
}

// camel turns "latency-vs-rate" into "LatencyVsRate".
func camel(s string) string {
	var b strings.Builder
	up := true
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.':
			if up {
				r = unicode.ToUpper(r)
			}
			b.WriteRune(r)
			up = false
		default:
			up = true
		}
	}
	return b.String()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
