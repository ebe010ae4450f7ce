package verdict_test

import (
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/verdict"
	"github.com/pushbench/pushbench/scenarios"
)

// A world says what is true in it, so that a rule can be held to what it should say.
type world struct {
	// metrics are the true values at a cell; nil says that all its trials failed.
	metrics func(plan.Cell) map[string]float64
	// looks are what was seen from inside, if the claim looks; block counts from 0.
	looks func(c plan.Cell, block int) []results.Look
	// noise is the sigma of each trial's own log-normal error; 0 is 1 %.
	noise float64
	// blocks is how many were run; 0 is 8.
	blocks int
}

// worlds holds, for each claim, a world in which it deserves each verdict.
var worlds = map[string]map[string]world{}

// Of every claim each of the four verdicts can come out, and comes out where it should.
func TestEveryClaimInFourWorlds(t *testing.T) {
	for _, c := range verdict.Claims {
		for _, want := range []string{verdict.Holds, verdict.HoldsWhen, verdict.Fails, verdict.Undecided} {
			t.Run(c.ID+"/"+want, func(t *testing.T) {
				w, ok := worlds[c.ID][want]
				if !ok {
					t.Fatal("no such world is written down")
				}
				v := settledIn(t, c, w)
				if v.Verdict != want {
					t.Errorf("%s: %s", v.Verdict, v.Text)
				}
				if v.Text == "" || v.Evidence == nil || want == verdict.HoldsWhen && len(v.When) == 0 || want != verdict.Undecided && v.Interval == nil {
					t.Errorf("it says too little: %+v", v)
				}
			})
		}
	}
}

// settledIn runs the claim's scenario, as it is built in, in a world.
func settledIn(t *testing.T, c verdict.Claim, w world) results.Verdict {
	t.Helper()
	s, err := scenarios.Load(c.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Applies(p) {
		t.Fatalf("it is not about its own scenario %s", c.Scenario)
	}
	trials, looks := w.run(p)
	return c.Settle(verdict.Evidence{Summary: stats.Summarize(results.Manifest{Plan: p}, trials), Plan: p, Trials: trials, Looks: looks})
}

// run makes trials.
func (w world) run(p plan.Plan) (trials []results.Trial, looks []results.Look) {
	blocks, noise := w.blocks, w.noise
	if blocks == 0 {
		blocks = 8
	}
	if noise == 0 {
		noise = 0.01
	}
	for b := range blocks {
		for _, c := range p.Cells {
			h := fnv.New64a()
			h.Write([]byte(c.ID))
			r := rand.New(rand.NewPCG(h.Sum64(), uint64(b)))
			t := results.Trial{Schema: results.Schema, Cell: c.ID, Block: b, State: results.Valid, Metrics: map[string]float64{}}
			truth := w.metrics(c)
			if truth == nil {
				t.State, t.Reasons = results.Invalid, []string{"made so"}
			}
			for _, name := range slices.Sorted(maps.Keys(truth)) {
				t.Metrics[name] = truth[name] * math.Exp(noise*r.NormFloat64())
			}
			trials = append(trials, t)
			if w.looks != nil {
				looks = append(looks, w.looks(c, b)...)
			}
		}
	}
	return trials, looks
}
