package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	netemcommand "github.com/pushbench/pushbench/netem/command"
	"github.com/pushbench/pushbench/results"
)

// TestMain lets this test binary be pushbench: scripts, fault tests and the
// program itself (for its children) start it under that name.
func TestMain(m *testing.M) {
	netemcommand.Init() // netem exec starts this binary anew as the first process of a namespace
	testscript.Main(m, map[string]func(){"pushbench": main})
}

// TestScripts runs the command line as people type it. Beside testscript's own
// commands there are:
//
//	status N command [arg...]    run it and hold its exit status against N
//	json FILE [PATH WANT]        FILE is one JSON value, in which PATH (a.0.b, or
//	                             a.len for a length) is WANT
//	stored DIR CPU CALLS         make a run as if it had been measured
//	complete DIR BLOCKS          the run has every cell in every block exactly once
//
// and the servers that serveStreams describes.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               serveStreams,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":   scriptStatus,
			"json":     scriptJSON,
			"complete": scriptComplete,
			"stored":   scriptStored,
		},
	})
}

func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [arg...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, not %d\n%s", got, want, ts.ReadFile("stderr"))
	}
}

func scriptJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 && len(args) != 3 {
		ts.Fatalf("usage: json FILE [PATH WANT]")
	}
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	var v any
	if err := d.Decode(&v); err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
	if rest := new(any); !errors.Is(d.Decode(rest), io.EOF) {
		ts.Fatalf("%s: there is more after the JSON value", args[0])
	}
	if len(args) == 1 {
		return
	}
	got, err := lookUp(v, strings.Split(args[1], "."))
	ts.Check(err)
	if fmt.Sprint(got) != args[2] {
		ts.Fatalf("%s: %s is %v, not %s", args[0], args[1], got, args[2])
	}
}

func lookUp(v any, path []string) (any, error) {
	for _, key := range path {
		switch x := v.(type) {
		case map[string]any:
			y, ok := x[key]
			if !ok {
				return nil, fmt.Errorf("no key %q", key)
			}
			v = y
		case []any:
			if key == "len" {
				return len(x), nil
			}
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(x) {
				return nil, fmt.Errorf("no element %s of %d", key, len(x))
			}
			v = x[i]
		default:
			return nil, fmt.Errorf("nothing below %q in %v", key, v)
		}
	}
	return v, nil
}

func scriptComplete(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: complete DIR BLOCKS")
	}
	blocks, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(complete(ts.MkAbs(args[0]), blocks))
}

// complete tells what a run lacks of every cell in every block exactly once.
func complete(dir string, blocks int) error {
	run, err := results.Read(dir)
	if err != nil {
		return err
	}
	type key struct {
		cell  string
		block int
	}
	times := map[key]int{}
	for _, t := range run.Trials {
		times[key{t.Cell, t.Block}]++
	}
	var errs []error
	for _, c := range run.Manifest.Plan.Cells {
		for b := range blocks {
			k := key{c.ID, b}
			if n := times[k]; n != 1 {
				errs = append(errs, fmt.Errorf("%s: block %d was recorded %d times", c.ID, b, n))
			}
			delete(times, k)
		}
	}
	for k := range times {
		errs = append(errs, fmt.Errorf("%s: block %d was not asked for", k.cell, k.block))
	}
	return errors.Join(errs...)
}
