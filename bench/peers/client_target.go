package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"

	"github.com/pushbench/pushbench/results"
)

// beginTarget starts `pushbench load --target`, which an interrupt ends.
func beginTarget(scheme string) func(bench, string) (*process, error) {
	return func(b bench, addr string) (*process, error) {
		return start("load --target", b.pins.Generator, exec.Command(b.programs.pushbench, "load", "--target", scheme+"://"+addr+"/stream",
			"--timestamp", "pushbench", "--duration", (2*b.lasts()).String(), "--json"))
	}
}

func leaveTarget(t *process, _ func() (uint64, error)) error {
	if err := t.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	said, err := t.rest()
	if err != nil {
		return err
	}
	var s results.Summary
	if err := json.Unmarshal(said, &s); err != nil || len(s.Cells) != 1 {
		return fmt.Errorf("%s: said %.200q in place of a summary: %w", t.name, said, err)
	}
	return checked(s.Cells[0])
}

// checked tells why a cell is not one of a stream that arrived whole, with the
// latency of its messages.
func checked(c results.Cell) error {
	for _, name := range []string{"lost_share", "duplicate_share", "reordered_share", "reconnects"} {
		if m, ok := c.Metrics[name]; !ok || m.Median != 0 {
			return fmt.Errorf("load --target: %s is %v, and should be 0", name, m.Median)
		}
	}
	for _, name := range []string{"latency_p50_seconds", "messages_per_second"} {
		if m := c.Metrics[name]; m.Median <= 0 {
			return fmt.Errorf("load --target: there is no %s; it warned %q", name, c.Warnings)
		}
	}
	if len(c.Reasons) > 0 {
		return fmt.Errorf("load --target: something failed: %v", c.Reasons)
	}
	return nil
}
