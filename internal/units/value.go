package units

import (
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
)

// Value writes a factor's value: "4 KiB", "off", "bufio", "500/s".
func Value(factor string, v any) string {
	f, _ := plan.FactorNamed(factor)
	switch v := v.(type) {
	case bool:
		if v {
			return "on"
		}
		return "off"
	case float64:
		switch f.Kind {
		case plan.Size:
			return Size(v)
		case plan.Duration:
			return Duration(v)
		case plan.Rate:
			return Number(v) + "/s"
		case plan.Bandwidth:
			return Bandwidth(v)
		case plan.Share:
			return Number(100*v) + " %"
		}
		return Number(v)
	}
	return fmt.Sprint(v)
}

// A Unit is how figures of one column are written: divided by Size, with Name
// said once in the head.
type Unit struct {
	Size float64
	Name string
}

// ForMetric picks the unit in which a figure of that size reads well, for a
// unit of the metric dictionary such as "B/s", "s/message" or "calls/message".
func ForMetric(unit string, v float64) Unit {
	what, per, _ := strings.Cut(unit, "/")
	scale := decimal
	switch {
	case what == "s" && per != "s":
		scale = spans
	case unit == "1/s", what == "B":
	default:
		return Unit{1, unit}
	}
	s := pick(v, scale)
	name := s.name
	if what == "B" {
		name += "B"
	}
	if per != "" {
		name += "/" + per
	}
	return Unit{s.size, name}
}
