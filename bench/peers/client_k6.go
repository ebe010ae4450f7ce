package main

import "os/exec"

// beginK6 starts k6 with one virtual user, and without what it does beside.
func beginK6(p programs, core int, addr string) (*process, error) {
	return start("k6", core, exec.Command(p.k6, "run", "--quiet", "--no-usage-report", "--no-thresholds",
		"--vus", "1", "--iterations", "1", "--env", "TARGET=ws://"+addr+"/stream", p.script))
}
