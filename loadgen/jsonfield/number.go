package jsonfield

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
)

// errNumber is a value that is no number of the kind sought.
var errNumber = errors.New("not a number that fits")

// Text returns what a JSON string says, and any other value as it is written.
func Text(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return value
	}
	inside := value[1 : len(value)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return inside
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		return nil
	}
	return []byte(text)
}

// Uint reads a whole number that is not negative, bare or in a string.
func Uint(value []byte) (uint64, error) {
	text := Text(value)
	var n uint64
	for _, c := range text {
		d := uint64(c - '0')
		if c < '0' || c > '9' || n > (math.MaxUint64-d)/10 {
			return 0, errNumber
		}
		n = n*10 + d
	}
	if len(text) == 0 {
		return 0, errNumber
	}
	return n, nil
}

// Scaled reads a number, bare or in a string, and returns it times unit, a power
// of ten, rounded towards zero: with a unit of 1e6 milliseconds become
// nanoseconds. Decimal fractions are exact, exponents as exact as a float64 is.
func Scaled(value []byte, unit int64) (int64, error) {
	text := Text(value)
	if n, ok := decimal(text, unit); ok {
		return n, nil
	}
	x, err := strconv.ParseFloat(string(text), 64)
	if x *= float64(unit); err != nil || !(math.Abs(x) < math.MaxInt64) {
		return 0, errNumber
	}
	return int64(x), nil
}

// decimal reads digits with or without a fraction; ok is false for anything else
// and for what does not fit.
func decimal(b []byte, unit int64) (n int64, ok bool) {
	b, negative := bytes.CutPrefix(b, []byte("-"))
	whole, part, point := bytes.Cut(b, []byte("."))
	if len(whole) == 0 || point && len(part) == 0 {
		return 0, false
	}
	for _, c := range whole {
		if c < '0' || c > '9' || n > math.MaxInt64/10-9 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if n > math.MaxInt64/unit-1 {
		return 0, false
	}
	n *= unit
	for _, c := range part {
		if c < '0' || c > '9' {
			return 0, false
		}
		unit /= 10 // 0 once the digit is less than a nanosecond
		n += int64(c-'0') * unit
	}
	if negative {
		n = -n
	}
	return n, true
}
