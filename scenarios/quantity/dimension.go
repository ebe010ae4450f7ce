// Package quantity reads and writes numbers with units: 64B, 4KiB, 50ms,
// 10mbit, 500/s, 5%. It is pure: text in, numbers in base units out.
package quantity

import (
	"regexp"
	"strings"
)

// A Dimension is what a number measures; its zero value is Count.
type Dimension int

// The dimensions and their base units.
const (
	Count     Dimension = iota // a whole number without a unit
	Bytes                      // bytes, whole
	Time                       // seconds
	Bandwidth                  // bits per second
	Rate                       // events per second
	Share                      // a fraction of one
)

// A unit is one way to write a dimension. Times and Per give its size in the
// base unit as a fraction, so that reading 1.1KB or 50ms is exact.
type unit struct {
	name  string
	times int64
	per   int64
}

// A system is the set of units of a dimension, with words for error messages.
type system struct {
	what    string // such as "a size"
	example string
	base    unit // of size one, or the only one
	units   []unit
	scale   []unit // for rounded figures, ascending
	chain   bool   // several terms may follow each other: 1m30s
}

var (
	binary = []unit{{"B", 1, 1}, {"KiB", 1 << 10, 1}, {"MiB", 1 << 20, 1}, {"GiB", 1 << 30, 1}}
	metric = []unit{{"B", 1, 1}, {"KB", 1e3, 1}, {"MB", 1e6, 1}, {"GB", 1e9, 1}}
	spans  = []unit{{"ns", 1, 1e9}, {"µs", 1, 1e6}, {"ms", 1, 1e3}, {"s", 1, 1}, {"m", 60, 1}, {"h", 3600, 1}}
	bits   = []unit{{"bit", 1, 1}, {"kbit", 1e3, 1}, {"mbit", 1e6, 1}, {"gbit", 1e9, 1}}
	rates  = []unit{{"/s", 1, 1}, {"k/s", 1e3, 1}, {"M/s", 1e6, 1}}
)

// systems is indexed by Dimension.
var systems = []system{
	Count:     {what: "a whole number", example: "4", base: unit{"", 1, 1}, units: []unit{{"", 1, 1}}, scale: []unit{{"", 1, 1}, {"k", 1e3, 1}, {"M", 1e6, 1}}},
	Bytes:     {what: "a size", example: "64B or 4KiB", base: binary[0], units: append(binary[:4:4], metric[1:]...), scale: metric},
	Time:      {what: "a time", example: "50ms or 2s", base: spans[3], units: append(spans[:6:6], unit{"us", 1, 1e6}), scale: spans[:4], chain: true},
	Bandwidth: {what: "a bandwidth", example: "10mbit", base: bits[0], units: bits, scale: bits},
	Rate:      {what: "a rate", example: "500/s or 10k/s", base: rates[0], units: rates, scale: rates},
	Share:     {what: "a share", example: "5%", base: unit{"%", 1, 100}, units: []unit{{"%", 1, 100}}, scale: []unit{{"%", 1, 100}}},
}

// String names the dimension with an article, as in "a size".
func (d Dimension) String() string { return systems[d].what }

// Example shows how a value is written, as in "64B or 4KiB".
func (d Dimension) Example() string { return systems[d].example }

// Units lists the units a value may be written in.
func (d Dimension) Units() []string {
	var names []string
	for _, u := range systems[d].units {
		names = append(names, u.name)
	}
	return names
}

// Pattern is a regular expression (ECMA 262 and RE2 alike) of the texts that
// Parse reads, ranges aside. It is meant for schemas.
func (d Dimension) Pattern() string {
	s := systems[d]
	var names []string
	for _, u := range s.units {
		names = append(names, regexp.QuoteMeta(u.name))
	}
	number := `[0-9]+(\.[0-9]+)?`
	if d == Count {
		return `^[0-9]+$`
	}
	term := number + ` ?(` + strings.Join(names, "|") + `)`
	if s.chain {
		return `^(` + term + `)+$`
	}
	return `^` + term + `$`
}
