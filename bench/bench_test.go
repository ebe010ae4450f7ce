//go:build linux

package main

import (
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/internal/testenv"
)

// built compiles both programs.
func built(t *testing.T) *bench {
	t.Helper()
	cc, err := exec.LookPath("gcc")
	testenv.Need(t, "gcc", err)
	dir := t.TempDir()
	b := &bench{
		pushbench: filepath.Join(dir, "pushbench"), limiter: filepath.Join(dir, "limit"), dir: filepath.Join(dir, "runs"),
		blocks: 1, pins: runner.ChoosePins(), out: io.Discard, progress: io.Discard,
	}
	for _, cmd := range [][]string{
		{cc, "-O2", "-Wall", "-Wextra", "-Werror", "-o", b.limiter, "limit/limit.c"},
		{"go", "build", "-buildvcs=false", "-o", b.pushbench, "../cmd/pushbench"},
	} {
		if out, err := exec.Command(cmd[0], cmd[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
	return b
}

// What the C program writes must pass the generator's checks: a trial with one
// altered byte or one number out of order is invalid, and measure refuses it.
func TestLimitPassesTheGenerator(t *testing.T) {
	b := built(t)
	for _, v := range []plan.Values{
		{"strategy": cWrite, "message": 64.0, "load": "saturate"},
		{"strategy": cWritev, "message": 64.0, "load": "saturate", "buffer": 4096.0},
		{"strategy": cWritev, "message": 131072.0, "load": "saturate", "buffer": 4096.0},
		{"strategy": cWritev, "message": 64.0, "load": "rate", "buffer": 65536.0},
	} {
		c := cell(v, 10*time.Millisecond, 200*time.Millisecond, "")
		s, err := b.measure(t.Context(), c.ID, []plan.Cell{c}, 1)
		for tries := 0; busy(err) && tries < 5; tries++ {
			s, err = b.measure(t.Context(), fmt.Sprint(c.ID, " again ", tries), []plan.Cell{c}, 1)
		}
		if err != nil {
			t.Error(err)
			continue
		}
		if median(s, 0, "messages_per_second") <= 0 {
			t.Errorf("%s: nothing was measured", c.ID)
		}
		calls, want := median(s, 0, "write_calls_per_message"), 1/float64(perCall(v.Int("buffer"), v.Int("message")+4))
		if v.Text("strategy") == cWritev && (calls < want*0.999 || calls > want*1.001) {
			t.Errorf("%s: %v write calls a message, want %v", c.ID, calls, want)
		}
	}
}

// busy tells whether a trial failed for what else the machine was doing.
func busy(err error) bool { return err != nil && strings.Contains(err.Error(), "too busy") }

func TestDamagedStreamIsRefused(t *testing.T) {
	b := built(t)
	real := b.limiter
	b.limiter = filepath.Join(t.TempDir(), "damaging")
	damage := "#!/bin/sh\nprintf 'XXXX' | dd of=\"$2\" bs=1 seek=30 conv=notrunc 2>/dev/null\nexec " + real + " \"$@\"\n"
	if out, err := exec.Command("sh", "-c", `printf '%s' "$1" >"$0" && chmod +x "$0"`, b.limiter, damage).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c := cell(plan.Values{"strategy": cWrite, "message": 64.0, "load": "saturate"}, 10*time.Millisecond, 200*time.Millisecond, "")
	if _, err := b.measure(t.Context(), "damaged", []plan.Cell{c}, 1); err == nil || !strings.Contains(err.Error(), "altered") {
		t.Errorf("a stream with an altered padding gave %v", err)
	}
}
