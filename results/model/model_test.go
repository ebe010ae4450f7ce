package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// run makes a run of cells that cost what the given function says. Trials are a
// second apart; slow says how the machine's speed changes.
func run(cells []plan.Values, cost func(plan.Values) (rate, cpu float64), slow func(second int) float64) (m results.Manifest, trials []results.Trial) {
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, v := range cells {
		m.Plan.Cells = append(m.Plan.Cells, plan.Cell{ID: v.ID(), Factors: v})
	}
	second := 0
	for block := range 6 {
		for _, i := range rng.Perm(len(cells)) {
			rate, cpu := cost(cells[i])
			f := slow(second) * (1 + 0.02*rng.NormFloat64())
			trials = append(trials, results.Trial{
				Cell: cells[i].ID(), Block: block, State: results.Valid, Started: begin.Add(time.Duration(second) * time.Second),
				Metrics: map[string]float64{"messages_per_second": rate / f, "server_cpu_seconds_per_message": cpu * f},
			})
			second++
		}
	}
	return m, trials
}

func saturated() (cells []plan.Values) {
	for _, network := range []string{"loopback", "veth"} {
		for _, message := range []float64{64, 128, 256, 1024, 4096, 16384} {
			cells = append(cells, plan.Values{"strategy": "direct", "message": message, "network": network, "load": "saturate"})
			for _, buffer := range []float64{4096, 65536} {
				cells = append(cells, plan.Values{"strategy": "bufio", "flush": "full", "buffer": buffer, "message": message, "network": network, "load": "saturate"})
			}
		}
	}
	return cells
}

// knownCost: a copied message 10 ns, a byte 0.1 ns, a call 5 µs or, on veth, 8.
func knownCost(v plan.Values) (rate, cpu float64) {
	frame := v.Number("message") + 4
	calls, copied := 1.0, 0.0
	if v.Text("strategy") == "bufio" && frame < v.Number("buffer") {
		calls, copied = frame/v.Number("buffer"), 1
	}
	call := 5e-6
	if v.Text("network") == "veth" {
		call = 8e-6
	}
	cpu = 10e-9*copied + 0.1e-9*frame + call*calls
	return 1 / cpu, cpu
}

func steady(int) float64 { return 1 }

func TestFitFindsCosts(t *testing.T) {
	cells, _ := Observe(run(saturated(), knownCost, steady))
	want := map[string]float64{
		"loopback, saturated/copied message": 10e-9, "loopback, saturated/write call": 5e-6, "loopback, saturated/byte": 0.1e-9,
		"veth, saturated/copied message": 10e-9, "veth, saturated/write call": 8e-6, "veth, saturated/byte": 0.1e-9,
	}
	seen := 0
	for _, c := range Fit(cells).Constants() {
		if w := want[c.Class+"/"+c.Amount]; math.Abs(c.Value/w-1) > 0.1 {
			t.Errorf("%s, %s of a %s: %v, want %v", c.Class, c.Of, c.Amount, c.Value, w)
		}
		seen++
	}
	if seen != 2*len(want) {
		t.Errorf("%d constants, want %d", seen, 2*len(want))
	}
}

// A machine that runs at half its speed every other half minute changes nothing
// about how well cells are predicted; a cell that does something else is off, alone.
func TestExplainKnowsSpeedAndStrangers(t *testing.T) {
	const stranger = 5
	cells := saturated()
	cost := func(v plan.Values) (rate, cpu float64) {
		rate, cpu = knownCost(v)
		if v.ID() == cells[stranger].ID() {
			return rate / 3, cpu * 3
		}
		return rate, cpu
	}
	m, trials := run(cells, cost, func(s int) float64 { return 1 + float64(s/30%2) })
	e, err := Explain(m, trials)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range e.Cells {
		if x.Limit != Server || x.Apart == nil || x.Apart.CPU == nil {
			t.Fatalf("%s: no prediction, or limit %q", x.Cell, x.Limit)
		}
		if strange := !Within(x.Apart.Rate, Close) && !Within(*x.Apart.CPU, Close); strange != (i == stranger) {
			t.Errorf("%s is off by %+.2f and %+.2f", x.Cell, x.Apart.Rate, *x.Apart.CPU)
		}
	}
}

// What the link allows binds where it is less than what the server can.
func TestLinkLimits(t *testing.T) {
	var cells []plan.Values
	for _, strategy := range []string{"direct", "rawwrite"} {
		for _, sndbuf := range []float64{65536, 262144} {
			for _, rtt := range []float64{0.001, 0.02, 0.05, 0.1} {
				cells = append(cells, plan.Values{
					"strategy": strategy, "message": 4092.0, "sndbuf": sndbuf, "network": "emulated",
					"bandwidth": 100e6, "rtt": rtt, "load": "saturate",
				})
			}
		}
	}
	wanted := func(v plan.Values) (Limit, float64) {
		window := 0.6 * (2*v.Number("sndbuf") + 65536) / v.Number("rtt") / 4096
		rate := 100e6 / 8 * 1448 / 1514 / 4096
		if window < rate {
			return Window, window
		}
		return Rate, rate
	}
	m, trials := run(cells, func(v plan.Values) (float64, float64) { _, r := wanted(v); return r, 10e-6 + 1e-3/r }, steady)
	e, err := Explain(m, trials)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range e.Cells {
		if want, _ := wanted(cells[i]); x.Limit != want || x.Apart == nil || !Within(x.Apart.Rate, 0.1) {
			t.Errorf("%s: limit %q, want %q; %+v", x.Cell, x.Limit, want, x.Apart)
		}
	}
}

func TestExplainNeedsCells(t *testing.T) {
	few := saturated()[:3]
	m, trials := run(few, knownCost, steady)
	e, err := Explain(m, trials)
	if err != nil || len(e.Constants) != 0 || e.Cells[0].Expected != nil {
		t.Errorf("three cells gave constants %v, %v", e.Constants, err)
	}
	few[0]["transport"], few[1]["connections"], few[2]["nodelay"] = "ws", 100.0, false
	if e, err := Explain(run(few, knownCost, steady)); err == nil {
		t.Errorf("cells the model knows nothing of gave %v", e)
	}
}

func TestCrowdedTrialsAreLeftOut(t *testing.T) {
	m, trials := run(saturated(), knownCost, steady)
	for i := range trials {
		if trials[i].Block == 0 {
			trials[i].Metrics["run_queue_share"] = 0.5
		}
	}
	cells, left := Observe(m, trials)
	if left != len(m.Plan.Cells) || len(cells[0].Samples) != 5 {
		t.Errorf("%d left out, %d samples; want %d and 5", left, len(cells[0].Samples), len(m.Plan.Cells))
	}
}

func TestNonNegative(t *testing.T) {
	// The second column helps only with a negative factor.
	x := nonNegative([][]float64{{1, 0}, {1, 1}, {1, 2}, {1, 3}}, []float64{4, 3.5, 3, 2.5})
	if x[1] != 0 || x[0] < 2.5 || x[0] > 4 {
		t.Errorf("got %v", x)
	}
	if x := nonNegative([][]float64{{1, 1}, {2, 2}, {3, 3}}, []float64{2, 4, 6}); math.Abs(x[0]+x[1]-2) > 1e-6 {
		t.Errorf("equal columns: %v", x)
	}
}

func ExampleWithin() {
	fmt.Println(Within(-0.1, Close), Within(0.3, Close), Within(math.NaN(), Close))
	// Output: true false false
}
