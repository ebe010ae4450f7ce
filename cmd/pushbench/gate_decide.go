package main

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

type decision struct{ blocks int }

func (d decision) Done() bool { return d.blocks >= 5 }

type decides struct{ p plan.Plan }

func decider(p plan.Plan) (decides, error) { return decides{p}, nil }

func (d decides) Decide(trials []results.Trial) decision {
	most := 0
	for _, t := range trials {
		most = max(most, t.Block+1)
	}
	return decision{most}
}

func reportDecision(inv *invocation, _ *results.Run, d decision) error {
	fmt.Fprintln(inv.stdout, d.blocks, "blocks")
	return nil
}
