package runner

import (
	"context"
	"fmt"
	"math"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/flame"
	"github.com/pushbench/pushbench/server"
)

// profileWindow is the least window of a profile: a hundred samples a second.
const profileWindow = plan.Seconds(3)

// Profile runs every cell once more while its server profiles itself.
func (r *Runner) Profile(ctx, drain context.Context) error {
	cells := r.Run.Manifest.Plan.Order(0)
	for i, c := range cells {
		if drain.Err() != nil {
			return ErrInterrupted
		}
		if !c.Ours() {
			r.Progress(Event{Note: fmt.Sprintf("%s: its server is not pushbench's; `pushbench profile URL` profiles one with net/http/pprof", c.ID)})
			continue
		}
		r.Progress(Event{Cell: "profile of " + c.ID, Blocks: 1, Done: i, Cells: len(cells)})
		l, err := r.profiled(ctx, c, i)
		if ctx.Err() != nil {
			return ErrInterrupted
		}
		if err != nil {
			r.Progress(Event{Note: fmt.Sprintf("profile of %s: %v", c.ID, err)})
			continue
		}
		if err := r.Run.AppendLook(l); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) profiled(ctx context.Context, c plan.Cell, order int) (results.Look, error) {
	l := results.Look{Kind: server.LookProfile, Cell: c.ID, Started: r.Now().UTC(), Files: map[string]string{}}
	c.Window = max(c.Window, profileWindow)
	t, o, err := r.inside(ctx, c, 0, order, server.LookProfile)
	if err != nil {
		return l, err
	}
	t.Histograms = nil
	l.With = t
	p := o.server.Look.Profile
	l.Histograms = map[string][]results.Bucket{"sched_latency": buckets(p.Sched), "gc_pause": buckets(p.Pauses)}
	l.Figures = profileFigures(p, o.server)
	if l.Files["pprof"], err = r.Run.WriteProfile(c.ID, ".pprof", p.CPU); err != nil {
		return l, err
	}
	root, _, err := flame.Read(p.CPU)
	if err != nil {
		return l, err
	}
	svg := flame.SVG(root, fmt.Sprintf("%.2g s of CPU in %.2g s", float64(root.Value)/1e9, p.Seconds), c.ID)
	l.Files["svg"], err = r.Run.WriteProfile(c.ID, ".svg", svg)
	return l, err
}

func profileFigures(p *server.Profile, srv server.Record) map[string]float64 {
	use := srv.End.Usage.Sub(srv.Begin.Usage)
	f := map[string]float64{
		"goroutines": float64(use.Goroutines), "heap_bytes": float64(p.Heap),
		"cpu_share": use.CPU / p.Seconds, "gc_cycles_per_second": float64(p.Cycles) / p.Seconds,
	}
	if use.Threads != nil {
		f["threads"] = float64(*use.Threads)
	}
	if n := float64(srv.End.Messages - srv.Begin.Messages); n > 0 {
		f["allocs_per_message"], f["alloc_bytes_per_message"] = float64(p.Objects)/n, float64(p.Bytes)/n
	}
	for name, v := range map[string]float64{
		"sched_latency_p50_seconds": bucketAt(p.Sched, 0.5), "sched_latency_p99_seconds": bucketAt(p.Sched, 0.99),
		"gc_pause_p99_seconds": bucketAt(p.Pauses, 0.99),
	} {
		if !math.IsNaN(v) {
			f[name] = v
		}
	}
	return f
}

// bucketAt is the bound below which a share of the times lies; NaN where there are
// none, or the bound is missing.
func bucketAt(all []server.Bucket, share float64) float64 {
	var sum, below uint64
	for _, b := range all {
		sum += b.N
	}
	for _, b := range all {
		if below += b.N; float64(below) >= share*float64(sum) && b.UpTo > 0 {
			return b.UpTo
		}
	}
	return math.NaN()
}

func buckets(all []server.Bucket) (out []results.Bucket) {
	for _, b := range all {
		out = append(out, results.Bucket{UpTo: b.UpTo, N: b.N})
	}
	return out
}
