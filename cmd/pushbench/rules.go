package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// ruleFlags ask for other rules than the scenario's. usual says what is compared
// where there are neither.
func ruleFlags(fs *pflag.FlagSet, usual string) {
	fs.StringArray("metric", nil, "compare this metric; may be repeated (default: the scenario's gate or, without one, "+usual+")")
	fs.String("least-difference", "", "the least relative difference that matters (default 2.5%; any where counts are exact)")
	fs.String("confidence", "", "of all intervals together (default 95%)")
	fs.Bool("counted", false, "leave out metrics that depend on the machine's speed")
}

// rulesOf are the rules for a plan: those of the metrics that the flags name, else
// the scenario's. Where it has none, a gate has default ones, and other comparisons
// take the usual metrics of what was measured.
func rulesOf(inv *invocation, p plan.Plan, measured []results.Trial, gates bool) (rules []plan.Rule, err error) {
	least, err := shareFlag(inv, "least-difference")
	if err != nil {
		return nil, err
	}
	confidence, err := shareFlag(inv, "confidence")
	if err != nil {
		return nil, err
	}
	if confidence != 0 && (confidence < 0.5 || confidence > 0.9999) {
		return nil, fmt.Errorf("--confidence: %g%% is not between 50%% and 99.99%%", 100*confidence)
	}
	metrics, _ := inv.flags.GetStringArray("metric")
	if len(metrics) == 0 && (gates || len(p.Gate) > 0) {
		rules = slices.Clone(gate.Rules(p))
	} else if rules, err = gate.Usual(p, measured, metrics); err != nil {
		return nil, err
	}
	if counted, _ := inv.flags.GetBool("counted"); counted {
		rules = slices.DeleteFunc(rules, func(r plan.Rule) bool { m, _ := plan.MetricNamed(r.Metric); return !m.Counted })
	}
	if len(rules) == 0 {
		return nil, errors.New("there are no rules left to compare by")
	}
	for i := range rules {
		rules[i].LeastDifference = cmp.Or(least, rules[i].LeastDifference)
		rules[i].Confidence = cmp.Or(confidence, rules[i].Confidence)
	}
	return rules, nil
}

// shareFlag reads a flag such as 2.5%; 0 if it is not given.
func shareFlag(inv *invocation, name string) (float64, error) {
	text, _ := inv.flags.GetString(name)
	if text == "" {
		return 0, nil
	}
	v, err := quantity.Share.Parse(text)
	if err == nil && !(v > 0 && v < 1) {
		err = fmt.Errorf("%q is not between 0%% and 100%%", text)
	}
	if err != nil {
		return 0, fmt.Errorf("--%s: %w", name, err)
	}
	return v, nil
}
