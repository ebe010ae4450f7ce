package main

import (
	"encoding/json"
	"fmt"
)

// A client reads one stream in a process of its own.
type client struct {
	name      string
	transport string // ws or sse
	checks    bool   // sequence numbers and latencies; else it counts
	base      string // the client whose figure is 1, of the same transport
	begin     func(b bench, addr string) (*process, error)
	// leave lets it end and says what is wrong with what it found. stop ends the
	// stream and returns how many messages it had.
	leave func(p *process, stop func() (uint64, error)) error
	least targets
}

// targets are what a client must reach; 0 is none.
type targets struct {
	perWall float64 // messages a second on one core
	times   float64 // as many messages a second of CPU as its base
}

var (
	wsTargets  = targets{perWall: 4e6, times: 10}
	sseTargets = targets{perWall: 2e6}
)

// clients has every one that is compared. To add one, add a line and a file.
var clients = []client{
	{"pushbench generator", "ws", true, "k6", beginTrial("ws"), leaveTrial, wsTargets},
	{"pushbench load --target", "ws", true, "k6", beginTarget("ws"), leaveTarget, wsTargets},
	{"gorilla", "ws", false, "k6", beginCounting("gorilla", "ws"), leaveCounting, targets{}},
	{"k6", "ws", false, "k6", beginK6, leaveCounting, targets{}},
	{"pushbench generator", "sse", true, "go-sse", beginTrial("sse"), leaveTrial, sseTargets},
	{"pushbench load --target", "sse", true, "go-sse", beginTarget("http"), leaveTarget, sseTargets},
	{"go-sse", "sse", false, "go-sse", beginCounting("go-sse", "http"), leaveCounting, targets{}},
}

func (c client) String() string { return c.name + ", " + c.transport }

// leaveCounting is for clients that say at the end of the stream how many messages
// they had.
func leaveCounting(c *process, stop func() (uint64, error)) error {
	total, err := stop()
	if err != nil {
		return err
	}
	said, err := c.rest()
	if err != nil {
		return err
	}
	var n uint64
	if err := json.Unmarshal(said, &n); err != nil {
		return fmt.Errorf("%s: said %q in place of a number: %w", c.name, said, err)
	}
	if n != total {
		return fmt.Errorf("%s: it counted %d messages of %d", c.name, n, total)
	}
	return nil
}
