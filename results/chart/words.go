package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// words turns a stored name into words.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// factorTitles name factors on an axis where their own name would not do.
var factorTitles = map[string]string{
	"message":     "Message size",
	"buffer":      "Buffer size",
	"threshold":   "Flush threshold",
	"window":      "Flush window",
	"sndbuf":      "Send buffer (SO_SNDBUF)",
	"read_size":   "Bytes asked for in one read",
	"rate":        "Messages per second on each connection",
	"connections": "Connections",
	"nodelay":     "TCP_NODELAY",
	"congestion":  "Congestion control",
	"rtt":         "Round-trip time",
	"loss":        "Packets lost",
}

func factorTitle(name string) string {
	if t, ok := factorTitles[name]; ok {
		return t
	}
	return capital(words(name))
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// value words a factor's value: "4 KiB", "off", "bufio".
func value(factor string, v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "on"
		}
		return "off"
	case float64:
		switch kindOf(factor) {
		case plan.Size:
			return units.Size(v)
		case plan.Duration:
			return units.Duration(v)
		case plan.Rate:
			if v < 10_000 {
				return digits(v, 4) + "/s"
			}
			return units.Number(v) + "/s"
		case plan.Bandwidth:
			if v == 0 {
				return "no limit"
			}
			return units.Bandwidth(v)
		case plan.Share:
			return units.Number(v*100) + " %"
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// kindOf says how a factor's values are written. Those of factors this version
// does not know are written as they are stored.
func kindOf(factor string) plan.Kind {
	f, _ := plan.FactorNamed(factor)
	return f.Kind
}

// named words a factor and its value where the value alone would not tell what
// it is of: "buffer 4 KiB", "nodelay off", but "bufio".
func named(factor string, v any) string {
	text := value(factor, v)
	switch factor {
	case "strategy", "network", "transport":
		return text
	case "message":
		return text + " messages"
	case "rate":
		return strings.TrimSuffix(text, "/s") + " messages/s"
	case "connections":
		if v == 1.0 {
			return "1 connection"
		}
		return text + " connections"
	case "load":
		if text == "saturate" {
			return "saturated"
		}
		return "open loop"
	case "rtt":
		return "RTT " + text
	case "bandwidth":
		if v == 0.0 {
			return "no limit of bandwidth"
		}
		return text
	case "loss":
		return text + " loss"
	}
	return words(factor) + " " + text
}

// metricTitles name metrics on an axis.
var metricTitles = map[string]string{
	"goodput_bytes_per_second":       "Goodput",
	"messages_per_second":            "Messages per second",
	"write_calls_per_message":        "Write calls per message",
	"segments_per_message":           "TCP segments per message",
	"wire_bytes_per_message":         "Bytes on the wire per message",
	"server_cpu_seconds_per_message": "Server CPU time per message",
	"allocs_per_message":             "Allocations per message",
}

func metricTitle(name string) string {
	if t, ok := metricTitles[name]; ok {
		return t
	}
	return capital(words(strings.TrimSuffix(name, "_seconds")))
}

// quantity words a figure in the unit of a metric.
func quantity(unit string, v float64) string {
	switch {
	case unit == "B/s":
		return units.Rate(v)
	case unit == "s":
		return units.Duration(v)
	case strings.HasPrefix(unit, "s/"):
		return units.Duration(v)
	case unit == "1/s":
		return units.Number(v) + "/s"
	case strings.HasPrefix(unit, "B/"):
		return units.Number(v) + " B"
	}
	return units.Number(v)
}

// digits rounds to n significant digits, without an exponent.
func digits(v float64, n int) string {
	if v == 0 {
		return "0"
	}
	return strconv.FormatFloat(significant(v, n), 'f', -1, 64)
}

// significant rounds to n significant digits.
func significant(v float64, n int) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, float64(n-1)-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

// times words a ratio as closely as its interval supports: three digits where
// it is known to 2 %, else two.
func times(r float64, lo, hi *float64) string {
	n := 2
	if lo != nil && hi != nil && (*hi-*lo)/2 < 0.02*r {
		n = 3
	}
	return digits(r, n) + "×"
}

// list joins names as prose does.
func list(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// constants words what all cells of a chart that have a factor agree on, save
// what nobody chose: the defaults of factors that are not essential.
func constants(cells []results.Cell, except ...string) []string {
	var out []string
	for _, name := range factorsOf(cells) {
		values := domain(cells, name)
		f, _ := plan.FactorNamed(name)
		if len(values) != 1 || slices.Contains(except, name) || (values[0] == f.Default && !essential[name]) {
			continue
		}
		if name == "load" && len(domain(cells, "rate")) > 0 {
			continue // a rate says that the loop is open
		}
		out = append(out, named(name, values[0]))
	}
	return out
}

// essential factors are said even at their default: without them no figure
// means anything. The footer has the congestion control in any case.
var essential = map[string]bool{
	"strategy": true, "buffer": true, "window": true, "message": true,
	"network": true, "rtt": true, "bandwidth": true, "load": true, "rate": true,
}

// footer names the machine and the run.
func footer(m results.Manifest, s results.Summary, cells []results.Cell) string {
	var control []string
	for _, c := range cells {
		if v := c.Factors.Text("congestion"); !slices.Contains(control, v) {
			control = append(control, v)
		}
	}
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	add(m.Host.CPU)
	if m.Host.Cores > 0 {
		add(plural(m.Host.Cores, "core"))
	}
	add(strings.TrimSpace(capital(m.Host.OS) + " " + strings.TrimPrefix(m.Host.Kernel, "Linux ")))
	add(strings.Join(control, ", "))
	if m.Host.Backend != "" {
		add("links by " + m.Host.Backend)
	}
	if !m.Created.IsZero() {
		add(m.Created.UTC().Format("2006-01-02"))
	}
	add(plural(s.Blocks, "block"))
	if m.Quick {
		add("quick run")
	}
	add("scenario " + s.Scenario)
	if m.Version != "" {
		add("pushbench " + m.Version)
	}
	return strings.Join(parts, "  ·  ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// lower puts a title into the middle of a sentence, leaving abbreviations.
func lower(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// at words a place on the horizontal axis: " at 210 B".
func at(x, text string) string {
	switch x {
	case "buffer":
		return " with a buffer of " + text
	case "message", "rate":
		return " at " + text
	case "connections":
		return " on " + text + " connections"
	case "network":
		return " over " + text
	case "rtt":
		return " at an RTT of " + text
	case "strategy":
		return " with " + text
	}
	switch kindOf(x) {
	case plan.Enum, plan.Name, plan.Bool:
		return " with " + words(x) + " " + text
	}
	return " at " + words(x) + " " + text
}

// about words a place between measured ones: two digits, in the unit a measured
// value would have.
func about(x string, v float64) string {
	unit := 1.0
	if kindOf(x) == plan.Size {
		for v/unit >= 1024 {
			unit *= 1024
		}
	}
	if v <= 0 {
		return value(x, v)
	}
	scale := math.Pow(10, math.Floor(math.Log10(v/unit))-1)
	return value(x, math.Round(v/unit/scale)*scale*unit)
}
