// Package units writes quantities for people: "4 KiB", "8.2 µs", "187.6 MB/s".
// Every function takes base units (bytes, seconds, bits) and gives three
// significant digits unless its name says otherwise.
package units

import (
	"math"
	"strconv"
	"strings"
)

// A step is one unit of a scale.
type step struct {
	size float64
	name string
}

var (
	binary  = []step{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}}
	decimal = []step{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}}
	spans   = []step{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}}
)

// Size writes bytes in powers of 1024, as buffers and messages are: "64 B", "4 KiB".
func Size(bytes float64) string { return scaled(bytes, binary, "") }

// Rate writes bytes per second in powers of 1000: "187.6 MB/s" comes as "188 MB/s".
func Rate(bytesPerSecond float64) string { return scaled(bytesPerSecond, decimal, "B/s") }

// Bandwidth writes bits per second in powers of 1000: "10 Mbit/s".
func Bandwidth(bitsPerSecond float64) string { return scaled(bitsPerSecond, decimal, "bit/s") }

// Duration writes seconds: "5.7 µs", "40 ms", "90 s".
func Duration(seconds float64) string { return scaled(seconds, spans, "") }

// Number writes a bare number: "0.25", "12.3 k", "1.5 M".
func Number(v float64) string { return scaled(v, decimal, "") }

// Digits rounds to n significant digits and writes no exponent.
func Digits(v float64, n int) string {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return Places(v, n-1-int(math.Floor(math.Log10(math.Abs(v)))))
}

// Places rounds to that many decimal places, or to tens and hundreds where the
// number is negative, and drops no zero within them.
func Places(v float64, places int) string {
	if places <= 0 {
		scale := math.Pow(10, float64(-places))
		return strconv.FormatFloat(math.Round(v/scale)*scale, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', places, 64)
}

// scaled writes v in the largest unit that leaves at least 1 in front of it.
func scaled(v float64, scale []step, unit string) string {
	s := pick(v, scale)
	text := trim(Digits(v/s.size, max(3, len(strconv.Itoa(int(min(math.Abs(v/s.size), 9999)))))))
	if name := s.name + unit; name != "" {
		return text + " " + name
	}
	return text
}

// pick returns the unit for v. What would round up to 1000 of a decimal unit
// takes the next: 999.9 ns is 1 µs.
func pick(v float64, scale []step) step {
	a := math.Abs(v)
	for _, s := range scale {
		if a >= s.size*0.9995 || a == 0 && s.size == 1 {
			return s
		}
	}
	return scale[len(scale)-1]
}

// trim drops zeros at the end of a fraction.
func trim(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
