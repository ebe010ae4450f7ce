package doctor

import "fmt"

// A Feature is something emulated networks stand on, as the caller tried it.
type Feature struct {
	Name   string
	Needed string // for what
	Reason string // why it is not there, and the remedy; empty if it is
}

func network(f Feature) Check {
	c := Check{Name: f.Name, State: OK, Found: "made and removed again", Means: "there is " + f.Needed}
	if f.Reason != "" {
		c = Check{Name: f.Name, State: Missing, Found: "not there", Means: fmt.Sprintf("there is no %s; network loopback needs none of it", f.Needed), Remedy: f.Reason}
	}
	return c
}
