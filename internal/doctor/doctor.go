// Package doctor examines what a machine can and cannot measure. Each check
// tries the thing itself, not whether a version or a setting promises it.
package doctor

import "fmt"

// A State says how much of a feature is there.
type State string

// The states.
const (
	OK      State = "ok"      // all that pushbench asks of it
	Limited State = "limited" // usable, with what Means says
	Missing State = "missing" // what Means says cannot be measured
)

// A Check is one thing examined.
type Check struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Found  string `json:"found"`
	Means  string `json:"means"`            // for measuring
	Remedy string `json:"remedy,omitempty"` // empty if nothing need be done
}

// Facts are what only the caller can find out: the packages behind them stand
// on the other side of a wall.
type Facts struct {
	Pinning  string    // which core each side gets; empty if neither is bound
	Networks []Feature // what emulated networks stand on
}

// Examine makes every check, in the order people should read them. It takes
// about a fifth of a second.
func Examine(f Facts) []Check {
	checks := []Check{
		cores(numCores(), f.Pinning),
		kernel(),
		quiet(readLoad()),
		memory(readMemory()),
		openFiles(readOpenFiles()),
		ports(readPorts()),
		sleep(sleeps(sleepCount)),
		clockStep(readClock()),
		congestion(setCongestion(defaultCongestion)),
		tcpInfo(readTCPInfo()),
		processCosts(),
	}
	for _, n := range f.Networks {
		checks = append(checks, network(n))
	}
	return append(checks, gates(f.Networks))
}

// absent is a check whose reading failed.
func absent(name string, err error, means, remedy string) Check {
	return Check{Name: name, State: Missing, Found: err.Error(), Means: means, Remedy: remedy}
}

// unsupported is the remedy where the operating system lacks a feature.
const unsupported = "measure on Linux"

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
