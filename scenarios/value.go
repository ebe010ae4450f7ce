package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/schedule"
	"github.com/pushbench/pushbench/scenarios/quantity"
	"github.com/pushbench/pushbench/server/strategy"
)

// vocabulary lists the names that factors of kind Name may have. A factor that
// is not in it takes any word: which ones exist is known on the machine alone.
var vocabulary = map[string]func() []string{
	"strategy": strategyNames,
	"network":  networkNames,
}

func strategyNames() (out []string) {
	for _, s := range strategy.Table {
		out = append(out, s.Name)
	}
	return out
}

// A word is free of what cell identities and commands are cut at.
const (
	wordPattern = `^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`
	pathPattern = `^[^,=\n\r\t]{1,255}$`
)

// patternOf is what a free word must look like.
func patternOf(f plan.Factor) string {
	switch f.Name {
	case "replay":
		return pathPattern
	case "network":
		return networkFilePattern
	}
	return wordPattern
}

// checkWord refuses a text that is not a word or path of the factor.
func checkWord(f plan.Factor, text string) error {
	if !regexp.MustCompile(patternOf(f)).MatchString(text) {
		return fmt.Errorf("%.32q is no %s: %s", text, f.Name, f.Doc)
	}
	return nil
}

// options lists the texts a factor may have, or nothing where they are numbers
// or free words.
func options(f plan.Factor) []string {
	switch {
	case f.Kind == plan.Enum:
		return f.Values
	case f.Kind == plan.Bool:
		return []string{"true", "false"}
	case vocabulary[f.Name] != nil:
		return vocabulary[f.Name]()
	}
	return nil
}

// parseValue reads a factor's value and returns it as it is stored.
func parseValue(f plan.Factor, text string) (any, error) {
	if f.Name == "network" {
		return parseNetwork(f, text)
	}
	if known := options(f); known != nil {
		switch {
		case !slices.Contains(known, text):
			return nil, errors.New(unknown(f.Name, text, known))
		case f.Kind == plan.Bool:
			return text == "true", nil
		}
		return text, nil
	}
	d, isNumber := quantity.Of(f.Kind)
	if !isNumber {
		err := checkWord(f, text)
		if err == nil && f.Name == "replay" {
			err = schedule.Check(text)
		}
		return text, err
	}
	v, err := d.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	case v < f.Min:
		return nil, fmt.Errorf("%s %s is too little; at least %s is meant: %s", f.Name, d.Format(v), d.Format(f.Min), f.Doc)
	case f.Max != 0 && v > f.Max:
		return nil, fmt.Errorf("%s %s is too much; at most %s is meant: %s", f.Name, d.Format(v), d.Format(f.Max), f.Doc)
	}
	return v, nil
}

// A value is one value of a factor and where it was written.
type value struct {
	v  any
	at Pos
}

func readValue(l *log, f plan.Factor, n node) (value, bool) {
	var r raw
	if !r.take(l, n) {
		return value{}, false
	}
	v, err := parseValue(f, r.text)
	if err != nil {
		l.refuse(n.pos, err)
		return value{}, false
	}
	return value{v, n.pos}, true
}

// ParseValue reads the value of a factor as a cell stores it.
func ParseValue(factor, text string) (any, error) {
	f, ok := plan.FactorNamed(factor)
	if !ok {
		return nil, errors.New(unknown("factor", factor, factorNames()))
	}
	return parseValue(f, text)
}
