package quantity

import (
	"fmt"
	"math/big"
	"strings"
)

// Values outside these bounds are mistakes, and exact arithmetic stays cheap
// within them.
const (
	largest  = 1e18
	smallest = 1e-12
	longest  = 64 // characters of a text
)

// Parse reads a value and returns it in base units. A bare number is read for
// Count alone; a sign is refused, since no quantity here is negative.
func (d Dimension) Parse(text string) (float64, error) {
	s := systems[d]
	switch {
	case text == "":
		return 0, fmt.Errorf("nothing is written; write %s such as %s", s.what, s.example)
	case len(text) > longest:
		return 0, fmt.Errorf("%.16q… is too long for %s such as %s", text, s.what, s.example)
	case text[0] == '-':
		return 0, fmt.Errorf("%q is negative; write %s such as %s", text, s.what, s.example)
	}
	sum := new(big.Rat)
	for i, rest := 0, text; rest != ""; i++ {
		if i > 0 && !s.chain {
			return 0, fmt.Errorf("%q goes on after its unit; write %s such as %s", text, s.what, s.example)
		}
		var x *big.Rat
		var err error
		if x, rest, err = d.term(text, rest); err != nil {
			return 0, err
		}
		sum.Add(sum, x)
	}
	v, _ := sum.Float64()
	switch {
	case v > largest:
		return 0, fmt.Errorf("%q is too large for %s", text, s.what)
	case v != 0 && v < smallest:
		return 0, fmt.Errorf("%q is too small for %s", text, s.what)
	case d == Count && strings.Contains(text, "."):
		return 0, fmt.Errorf("%q is not a whole number", text)
	case d == Bytes && !sum.IsInt():
		return 0, fmt.Errorf("%q is not a whole number of bytes", text)
	}
	return v, nil
}

// term reads one number and its unit from the front of rest.
func (d Dimension) term(text, rest string) (x *big.Rat, after string, err error) {
	s := systems[d]
	number := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789."))]
	x, ok := new(big.Rat).SetString(number)
	if !ok || number[0] == '.' || number[len(number)-1] == '.' {
		return nil, "", fmt.Errorf("%q is not %s; write one such as %s", text, s.what, s.example)
	}
	rest = rest[len(number):]
	if len(rest) > 1 { // one space may stand before a unit
		rest = strings.TrimPrefix(rest, " ")
	}
	end := strings.IndexAny(rest, "0123456789.-")
	if end < 0 {
		end = len(rest)
	}
	name := rest[:end]
	for _, u := range s.units {
		if u.name == name {
			return x.Mul(x, big.NewRat(u.times, u.per)), rest[end:], nil
		}
	}
	switch {
	case d == Count:
		return nil, "", fmt.Errorf("%q has a unit; write %s such as %s", text, s.what, s.example)
	case name == "":
		return nil, "", fmt.Errorf("%q has no unit; write %s such as %s", text, s.what, s.example)
	}
	return nil, "", fmt.Errorf("%q has the unit %q; %s has one of %s", text, name, s.what, strings.Join(d.Units(), ", "))
}
