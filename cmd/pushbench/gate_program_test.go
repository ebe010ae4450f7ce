package main

import (
	"testing"

	"github.com/pushbench/pushbench/internal/host"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// A gate goes on by the program and on the machine it was begun with alone.
func TestSameProgram(t *testing.T) {
	here := host.Describe().ID
	ours, own := plan.Cell{Factors: plan.Values{"strategy": "direct"}}, plan.Cell{Factors: plan.Values{"server": "own"}}
	built := []plan.Arm{{Name: plan.BaseArm, Program: "build/base"}, {Name: plan.HeadArm, Program: "build/head"}}
	half := []plan.Arm{built[0], {Name: plan.HeadArm}}
	servers := map[string]plan.Server{"own": {}}
	for _, c := range []struct {
		name    string
		host    string
		arms    []plan.Arm
		servers map[string]plan.Server
		cells   []plan.Cell
		refused bool
	}{
		{"head is this program", here, half, nil, []plan.Cell{ours}, true},
		{"both are built", here, built, nil, []plan.Cell{ours}, false},
		{"the user's servers", here, half, servers, []plan.Cell{own}, false},
		{"the user's servers, and ours", here, half, servers, []plan.Cell{own, ours}, true},
		{"another machine", here + "-not", built, nil, []plan.Cell{ours}, true},
	} {
		p := plan.Plan{Cells: c.cells, Servers: c.servers}.WithArms(plan.DefaultTurns, c.arms...)
		err := sameProgram(results.Manifest{Host: results.Host{ID: c.host}, Program: "another", Plan: p})
		if (err != nil) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
