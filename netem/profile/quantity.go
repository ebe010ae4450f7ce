package profile

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// parseDuration reads "40ms". A bare number has no unit and is refused, but 0.
func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		return 0, fmt.Errorf("%q is not a time: write it with its unit, such as 40ms or 1.5s", clip(s))
	}
	return d, nil
}

// parseShare reads "2%" or 0.02.
func parseShare(s string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		x /= 100
	}
	if err != nil || math.IsNaN(x) {
		return 0, fmt.Errorf("%q is not a share: write 2%% or 0.02", clip(s))
	}
	return x, nil
}

// A unit is a suffix and what it multiplies by.
type unit struct {
	suffix string
	factor float64
}

var (
	rateUnits = []unit{{"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}, {"bit", 1}}
	byteUnits = []unit{{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"b", 1}}
)

// parseUnit reads a number with one of the units, in any case.
func parseUnit(s string, units []unit) (float64, bool) {
	lower := strings.ToLower(strings.TrimSpace(s))
	for _, u := range units {
		number, ok := strings.CutSuffix(lower, u.suffix)
		if !ok {
			continue
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		return x * u.factor, err == nil && !math.IsNaN(x)
	}
	return 0, false
}

// parseRate reads "10Mbit" or "10 Mbit/s": bits per second, decimal.
func parseRate(s string) (Rate, error) {
	x, ok := parseUnit(strings.TrimSuffix(strings.TrimSpace(s), "/s"), rateUnits)
	if !ok {
		return 0, fmt.Errorf("%q is not a rate: write it in bits per second, such as 384kbit, 10Mbit or 1Gbit", clip(s))
	}
	return Rate(x), nil
}

// parseLimit reads "100" packets, "64KiB", or "1s" of the rate.
func parseLimit(s string, rate Rate) (Limit, error) {
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
		return Limit{Packets: n}, nil
	}
	if x, ok := parseUnit(s, byteUnits); ok && math.Abs(x) < 1<<40 {
		return Limit{Bytes: int(x)}, nil
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return Limit{}, fmt.Errorf("%q is not a queue limit: write packets (100), bytes (64KiB) or a time at the rate (200ms)", clip(s))
	case rate == 0:
		return Limit{}, fmt.Errorf("a queue limit of %v needs a rate to count from", d)
	}
	return Limit{Bytes: int(min(float64(rate)/8*d.Seconds(), 1<<40))}, nil
}
