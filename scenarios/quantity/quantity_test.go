package quantity

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
)

var dimensions = []Dimension{Count, Bytes, Time, Bandwidth, Rate, Share}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		d    Dimension
		text string
		want float64
	}{
		{Count, "4", 4},
		{Bytes, "64B", 64},
		{Bytes, "4KiB", 4096},
		{Bytes, "1MiB", 1 << 20},
		{Bytes, "64KB", 64000},
		{Bytes, "1.1KB", 1100},
		{Bytes, "0B", 0},
		{Time, "50ms", 0.05},
		{Time, "2s", 2},
		{Time, "3m", 180},
		{Time, "2m40s", 160},
		{Time, "1h1m1s", 3661},
		{Time, "5us", 5e-6},
		{Time, "5µs", 5e-6},
		{Bandwidth, "10mbit", 1e7},
		{Bandwidth, "1gbit", 1e9},
		{Rate, "500/s", 500},
		{Rate, "10k/s", 1e4},
		{Rate, "1.5M/s", 1.5e6},
		{Share, "5%", 0.05},
		{Share, "0.2 %", 0.002},
	} {
		got, err := c.d.Parse(c.text)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q) as %v = %v, %v; want %v", c.text, c.d, got, err, c.want)
		}
		if !regexp.MustCompile(c.d.Pattern()).MatchString(c.text) {
			t.Errorf("Pattern of %v does not match %q", c.d, c.text)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		d    Dimension
		text string
		says string
	}{
		{Bytes, "", "nothing is written"},
		{Bytes, "64", "has no unit; write a size such as 64B"},
		{Bytes, "-64B", "negative"},
		{Bytes, "0.5B", "whole number of bytes"},
		{Bytes, "64ms", `the unit "ms"; a size has one of B, KiB`},
		{Bytes, "64kB", `the unit "kB"`},
		{Bytes, "1KiB1B", "goes on after its unit"},
		{Bytes, "one", "is not a size"},
		{Bytes, "1e9B", `the unit "e"`},
		{Bytes, "0x10B", `the unit "x"`},
		{Bytes, "9999999999GiB", "too large"},
		{Bytes, strings.Repeat("1", 100) + "B", "too long"},
		{Count, "4B", "has a unit"},
		{Count, "1.5", "not a whole number"},
		{Count, "1.0", "not a whole number"},
		{Count, "1 ", "has a unit"},
		{Time, "5", "has no unit"},
		{Time, "1.", "is not a time"},
		{Time, "1..2s", "is not a time"},
		{Time, "5m-1s", "is not a time"},
		{Time, "0.00000001ns", "too small"},
		{Rate, "500", "has no unit"},
		{Rate, "500/m", `the unit "/m"`},
		{Bandwidth, "10Mbit", `one of bit, kbit, mbit, gbit`},
		{Share, "0.05", "has no unit"},
	} {
		v, err := c.d.Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Parse(%q) as %v = %v, %v; want an error with %q", c.text, c.d, v, err, c.says)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		d    Dimension
		x    float64
		want string
	}{
		{Count, 4, "4"},
		{Bytes, 0, "0 B"},
		{Bytes, 64, "64 B"},
		{Bytes, 1000, "1 KB"},
		{Bytes, 1024, "1 KiB"},
		{Bytes, 1500, "1500 B"},
		{Bytes, 4096, "4 KiB"},
		{Bytes, 65536, "64 KiB"},
		{Bytes, 1 << 20, "1 MiB"},
		{Time, 0.05, "50 ms"},
		{Time, 0.0011, "1.1 ms"},
		{Time, 5e-6, "5 µs"},
		{Time, 160, "160 s"},
		{Time, 180, "3 m"},
		{Bandwidth, 1e7, "10 mbit"},
		{Rate, 500, "500/s"},
		{Rate, 1e4, "10 k/s"},
		{Share, 0.05, "5 %"},
		{Bytes, 1.0 / 3, "0.3333333333333333 B"},
	} {
		if got := c.d.Format(c.x); got != c.want {
			t.Errorf("Format(%v) of %v = %q, want %q", c.x, c.d, got, c.want)
		}
	}
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		d      Dimension
		x      float64
		digits int
		want   string
	}{
		{Bytes, 712345678, 3, "712 MB"},
		{Bytes, 999999, 3, "1.00 MB"},
		{Bytes, 64, 2, "64 B"},
		{Time, 0.00123712, 3, "1.24 ms"},
		{Time, 0.9999, 2, "1.0 s"},
		{Time, 3e-10, 2, "0.30 ns"},
		{Time, 90, 2, "90 s"},
		{Rate, 12345, 2, "12 k/s"},
		{Share, 0.0512, 2, "5.1 %"},
		{Count, 1234567, 3, "1.23 M"},
		{Time, -0.002, 2, "-2.0 ms"},
		{Time, 0, 3, "0 s"},
		{Time, math.Inf(1), 3, "+Inf s"},
	} {
		if got := c.d.Round(c.x, c.digits); got != c.want {
			t.Errorf("Round(%v, %d) of %v = %q, want %q", c.x, c.digits, c.d, got, c.want)
		}
	}
}

func TestValue(t *testing.T) {
	for _, c := range []struct {
		k    plan.Kind
		v    any
		want string
	}{
		{plan.Enum, "full", "full"},
		{plan.Bool, true, "true"},
		{plan.Size, 4096.0, "4 KiB"},
		{plan.Duration, 0.005, "5 ms"},
		{plan.Rate, 1e3, "1 k/s"},
		{plan.Share, 0.05, "5 %"},
		{plan.Bandwidth, 1e7, "10 mbit"},
		{plan.Count, 2.0, "2"},
	} {
		if got := Value(c.k, c.v); got != c.want {
			t.Errorf("Value(%v, %v) = %q, want %q", c.k, c.v, got, c.want)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []string{"64B", "1.1KB", "2m40s", "10mbit", "10k/s", "5%", "4", "0.1s0.2s", "5µs", "1e9B"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range dimensions {
			x, err := d.Parse(text)
			if err != nil {
				continue
			}
			if x < 0 || math.IsNaN(x) || x > largest {
				t.Errorf("Parse(%q) as %v = %v", text, d, x)
			}
			if !regexp.MustCompile(d.Pattern()).MatchString(text) {
				t.Errorf("Pattern of %v does not match %q", d, text)
			}
			if back, err := d.Parse(d.Format(x)); err != nil || back != x {
				t.Errorf("%q as %v is %v, formatted %q, read back %v, %v", text, d, x, d.Format(x), back, err)
			}
		}
	})
}
