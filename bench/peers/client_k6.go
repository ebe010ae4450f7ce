package main

import "os/exec"

// beginK6 starts k6 with one virtual user, and without what it does beside.
func beginK6(b bench, addr string) (*process, error) {
	return start("k6", b.pins.Generator, exec.Command(b.programs.k6, "run", "--quiet", "--no-usage-report", "--no-thresholds",
		"--vus", "1", "--iterations", "1", "--env", "TARGET=ws://"+addr+"/stream", b.programs.script))
}
