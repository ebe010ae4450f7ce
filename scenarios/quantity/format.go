package quantity

import (
	"math"
	"strconv"

	"github.com/pushbench/pushbench/internal/plan"
)

// Format writes a value of base units exactly, in the unit that makes it
// shortest: 64 B, 4 KiB, 50 ms, 10 k/s, 5 %. Parse reads it back.
func (d Dimension) Format(x float64) string {
	best := ""
	for _, u := range systems[d].units {
		y := significant(x*float64(u.per)/float64(u.times), 15) // sheds the error of the division
		text := join(strconv.FormatFloat(y, 'f', -1, 64), u.name)
		if best != "" && len([]rune(text)) >= len([]rune(best)) {
			continue
		}
		if back, err := d.Parse(text); err == nil && back == x {
			best = text
		}
	}
	if best == "" { // more than 15 digits, or nothing that Parse reads
		u := systems[d].base
		best = join(strconv.FormatFloat(x*float64(u.per)/float64(u.times), 'f', -1, 64), u.name)
	}
	return best
}

// Round writes a measured figure with that many significant digits, in the
// largest decimal unit that leaves at least 1 before the point: 712 MB, 1.24 ms.
func (d Dimension) Round(x float64, digits int) string {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return join(strconv.FormatFloat(x, 'g', -1, 64), systems[d].base.name)
	}
	x = significant(x, digits)
	u := systems[d].scale[0]
	for _, larger := range systems[d].scale[1:] {
		if math.Abs(x)*float64(larger.per) >= float64(larger.times) {
			u = larger
		}
	}
	y := significant(x*float64(u.per)/float64(u.times), digits)
	decimals := digits - 1 - int(math.Floor(math.Log10(math.Abs(y))))
	return join(strconv.FormatFloat(y, 'f', max(decimals, 0), 64), u.name)
}

// significant rounds to that many significant decimal digits.
func significant(x float64, digits int) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits-1, 64), 64) // cannot fail on its own output
	return y
}

// join puts a space before a unit that is a word.
func join(number, unit string) string {
	if unit == "" || unit == "/s" {
		return number + unit
	}
	return number + " " + unit
}

// Of returns the dimension of a factor's kind; ok is false for words.
func Of(k plan.Kind) (d Dimension, ok bool) {
	switch k {
	case plan.Count:
		return Count, true
	case plan.Size:
		return Bytes, true
	case plan.Duration:
		return Time, true
	case plan.Rate:
		return Rate, true
	case plan.Share:
		return Share, true
	case plan.Bandwidth:
		return Bandwidth, true
	}
	return Count, false
}

// Value writes a stored factor value as people should see it.
func Value(k plan.Kind, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		if d, ok := Of(k); ok {
			return d.Format(v)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return ""
}
