package doctor

import (
	"strings"

	"github.com/pushbench/pushbench/internal/usage"
)

// processCosts looks for the counters that not every kernel keeps.
func processCosts() Check { return costs(usage.NewReader().Begin()) }

func costs(u usage.Usage) Check {
	c := Check{Name: "cost counters", State: OK, Means: "what a message costs the server is measured beside its speed"}
	var have, lack []string
	for _, counter := range []struct {
		name string
		ok   bool
	}{
		{"context switches", u.ContextSwitches != nil},
		{"run queue (schedstat)", u.RunQueue != nil},
		{"write system calls (/proc/self/io)", u.WriteSyscalls != nil},
	} {
		if counter.ok {
			have = append(have, counter.name)
		} else {
			lack = append(lack, counter.name)
		}
	}
	c.Found = strings.Join(have, ", ")
	if len(lack) > 0 {
		c.State = Limited
		c.Found = "none of: " + strings.Join(lack, ", ")
		c.Means = "those metrics are left out of the results; CPU time and allocations are there"
		c.Remedy = "take a Linux kernel with CONFIG_TASK_IO_ACCOUNTING and CONFIG_SCHED_INFO"
	}
	return c
}
