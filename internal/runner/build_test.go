package runner_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
)

// build returns a freshly built program.
func build(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "pushbench")
	if out, err := exec.Command("go", "build", "-o", exe, "../../cmd/pushbench").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return exe
}

// runOnce runs one cell once with children of the given command and returns its
// trial.
func runOnce(t *testing.T, v plan.Values, warmup, window time.Duration, command runner.Command) results.Trial {
	t.Helper()
	cell := plan.Cell{Factors: v, Warmup: plan.Seconds(warmup.Seconds()), Window: plan.Seconds(window.Seconds())}
	cell.ID = v.ID()
	run, err := results.Create(t.TempDir(), results.Manifest{Plan: plan.Plan{
		Name: "once", Cells: []plan.Cell{cell}, Measure: plan.Measure{MinBlocks: 1, MaxBlocks: 1},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	r := runner.Runner{Run: run, Pins: runner.ChoosePins(), Now: time.Now, Progress: func(e runner.Event) { t.Log(e.Note) }, Command: command}
	if err := r.Execute(context.Background(), context.Background()); err != nil {
		t.Fatal(err)
	}
	return run.Trials[0]
}

// What every arm replaces is not built: it may be broken where the arms are sound.
func TestBuildLeavesOutWhatEveryArmReplaces(t *testing.T) {
	servers := map[string]plan.Server{"own": {Build: []string{"no-such-program"}}}
	p := plan.Plan{Servers: servers, Arms: []plan.Arm{{Name: plan.BaseArm, Servers: servers}, {Name: plan.HeadArm, Servers: servers}}}
	note := func(string) {}
	if err := runner.Build(t.Context(), p, note); err != nil {
		t.Error(err)
	}
	p.Arms[1].Servers = nil
	if err := runner.Build(t.Context(), p, note); err == nil {
		t.Error("the head's own was not built")
	}
}
