package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// most is by how much the peak memory of a ten times longer run may exceed that
// of the short one: some pages that are touched late, and nothing that grows.
const most = 1.25

// memory compares the peak resident memory of a short and a long window.
func (b *bench) memory(ctx context.Context) error {
	const short, long = 500 * time.Millisecond, 5 * time.Second
	var missed []string
	for _, v := range []plan.Values{
		{"strategy": "direct", "message": 64.0, "load": "saturate"},
		{"strategy": "bufio", "flush": "idle", "message": 64.0, "load": "rate", "rate": 100000.0},
	} {
		cells := []plan.Cell{
			cell(v, 150*time.Millisecond, short, ",window=0.5s"),
			cell(v, 150*time.Millisecond, long, ",window=5s"),
		}
		s, err := b.measure(ctx, "memory-"+v.Text("load"), cells, 3)
		if err != nil {
			return err
		}
		for _, metric := range []string{"server_memory_bytes", "reader_memory_bytes"} {
			x, y := median(s, 0, metric), median(s, 1, metric)
			fmt.Fprintf(b.out, "%-8s %-19s %5.1f MB in %v, %5.1f MB in %v\n", v.Text("load"), metric, x/1e6, short, y/1e6, long)
			if y > most*x {
				missed = append(missed, fmt.Sprintf("%s of load=%s grows from %.1f to %.1f MB", metric, v.Text("load"), x/1e6, y/1e6))
			}
		}
	}
	return fail(missed)
}
