package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// generator has bench/limit write 64-byte messages as fast as it can, many to a
// call, so that the generator, on its one core, is what limits.
func (b *bench) generator(ctx context.Context) error {
	var missed []string
	for _, c := range []struct {
		name  string
		load  string
		least float64 // messages a second
	}{{"checked", "saturate", 10e6}, {"checked and timed", "rate", 5e6}} {
		v := plan.Values{"strategy": cWritev, "message": 64.0, "buffer": 65536.0, "load": c.load}
		s, err := b.measure(ctx, "generator-"+c.load, []plan.Cell{cell(v, 150*time.Millisecond, 500*time.Millisecond, "")}, b.blocks)
		if err != nil {
			return err
		}
		m := s.Cells[0].Metrics["messages_per_second"]
		fmt.Fprintf(b.out, "%-18s %5.1f million messages/s", c.name, m.Median/1e6)
		if m.Lo != nil && m.Hi != nil {
			fmt.Fprintf(b.out, " (%.1f to %.1f)", *m.Lo/1e6, *m.Hi/1e6)
		}
		fmt.Fprintf(b.out, ", %.0f ns of CPU each\n", 1e9*median(s, 0, "reader_cpu_seconds_per_message"))
		if m.Median < c.least {
			missed = append(missed, fmt.Sprintf("%s: %.1f million a second, less than %.0f", c.name, m.Median/1e6, c.least/1e6))
		}
	}
	return fail(missed)
}
