package runner_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

// fakeVar makes this test binary a fake child: its value is a fake as JSON.
const fakeVar = "PUSHBENCH_FAKE_CHILD"

// A fake says what a pair of children does. Times are filled in from what they
// are asked; counts and usage are those given.
type fake struct {
	Do        map[string]string // by role; "" speaks the protocol to its end
	Server    server.Record
	Generator loadgen.Record
	Shift     time.Duration // of the generator's window
	Cell      string        // if set, only children of this cell do as Do says
	Turns     bool          // it knows how to take turns
}

// What fakes do.
const (
	crash   = "crash"   // ends after it was ready, with a word on standard error
	refuse  = "refuse"  // says that it cannot
	babble  = "babble"  // says what is no JSON
	stay    = "stay"    // never answers
	mute    = "mute"    // closes standard output and stays
	silence = "silence" // says nothing at all
)

func TestMain(m *testing.M) {
	if text := os.Getenv(fakeVar); text != "" {
		var f fake
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			panic(err)
		}
		f.child(os.Args[1])
		return
	}
	goleak.VerifyTestMain(m)
}

// child is the fake's main program.
func (f fake) child(role string) {
	in := bufio.NewReader(os.Stdin)
	receive := func(v any) {
		line, err := in.ReadBytes('\n')
		if err != nil {
			os.Exit(child.Status)
		}
		if err := json.Unmarshal(line, v); err != nil {
			panic(err)
		}
	}
	send := func(v any) {
		if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
			panic(err)
		}
	}
	var cfg struct{ Factors plan.Values }
	receive(&cfg)
	do := f.Do[role]
	if f.Cell != "" && cfg.Factors.ID() != f.Cell {
		do = ""
	}
	switch do {
	case refuse:
		send(child.Ready{Error: "too many of something"})
	case silence, mute:
		os.Stdout.Close()
	case babble:
		fmt.Println("listening")
	}
	if do == mute {
		time.Sleep(time.Minute)
	}
	if do != refuse && do != silence && do != babble {
		send(child.Ready{Addr: "127.0.0.1:1", Turns: f.Turns})
		if role == "serve" {
			send(child.Ready{})
		}
	}
	var times child.Go
	receive(&times)
	switch do {
	case crash:
		fmt.Fprintln(os.Stderr, "panic: boom")
		os.Exit(7)
	case stay:
		time.Sleep(time.Minute)
	}
	if role == "serve" {
		f.Server.Times, f.Server.Begin.Time, f.Server.End.Time = times, times.Begin, times.End
		send(f.Server)
	} else {
		f.Generator.Times = times
		f.Generator.Begin.Time, f.Generator.End.Time = times.Begin+int64(f.Shift), times.End+int64(f.Shift)
		send(f.Generator)
	}
	receive(&times) // the end of standard input
}

func (f fake) command(role string, _ plan.Cell) *exec.Cmd {
	text, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(os.Args[0], role)
	cmd.Env = append(os.Environ(), fakeVar+"="+string(text), "GOMAXPROCS=1")
	return cmd
}

// clean is a pair that has nothing to complain of: 1000 messages of 64 bytes on
// one connection, 100 of them in the window of a tenth of a second.
func clean() fake {
	var f fake
	f.Server.Sent, f.Generator.Received.Messages = 1000, 1000
	f.Server.Begin.Messages, f.Server.End.Messages = 400, 500
	f.Generator.Begin.Messages, f.Generator.End.Messages = 400, 500
	f.Generator.Begin.Bytes, f.Generator.End.Bytes = 400*64, 500*64
	return f
}

// cells are n cells under saturation that differ in their message.
func cells(n int) (out []plan.Cell) {
	for i := range n {
		out = append(out, cell(plan.Values{"strategy": "direct", "message": float64(64 + i), "load": "saturate"}))
	}
	return out
}

func cell(v plan.Values) plan.Cell {
	return plan.Cell{ID: v.ID(), Factors: v, Window: 0.1}
}

// newRunner makes a runner of f with a store of its own. Its progress goes to the
// test's log.
func newRunner(t *testing.T, f fake, measure plan.Measure, cells ...plan.Cell) *runner.Runner {
	t.Helper()
	run, err := results.Create(filepath.Join(t.TempDir(), "run"), results.Manifest{Plan: plan.Plan{
		Name: "fake", Cells: cells, Measure: measure, Seed: 1,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Close() })
	return &runner.Runner{
		Run: run, Pins: runner.Unpinned, Command: f.command, Now: time.Now,
		Progress: func(e runner.Event) { t.Logf("%+v", e) },
	}
}

func blocks(n int) plan.Measure { return plan.Measure{MinBlocks: n, MaxBlocks: n} }
