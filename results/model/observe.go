package model

import (
	"slices"

	"github.com/pushbench/pushbench/results"
)

// An Observation is a cell and what was measured at it.
type Observation struct {
	Shape
	ID      string
	Rate    float64 // messages per second, the median of Samples
	CPU     float64 // seconds of the server a message; 0 is unknown
	Samples []Sample
}

func (o Observation) amounts() []float64 {
	if o.saturated() {
		return o.flatOut()
	}
	return o.amountsAt(o.Rate)
}

// binding is the limit that held the cell back and the share of it that was used;
// ok is false where none clearly did. The rate of a link is used nearly in full or
// it was something else.
func (o Observation) binding() (limit Limit, share float64, ok bool) {
	for _, b := range o.bounds {
		if used := o.Rate / b.Most; used > share {
			limit, share, ok = b.Limit, used, b.Limit != Offered
		}
	}
	return limit, share, ok
}

// crowded is the share of the window that the server's threads may have waited
// for a core that others had: the model knows nothing of those.
const crowded = 0.25

// Observe takes medians over the usable trials of each cell the model knows. Left
// counts trials in which other programs had the server's core.
func Observe(m results.Manifest, trials []results.Trial) (out []Observation, left int) {
	usable := results.Usable(trials)
	for _, c := range m.Plan.Cells {
		var rate, cpu, most []float64
		var samples []Sample
		for _, t := range usable[c.ID] {
			if t.Metrics["run_queue_share"] > crowded {
				left++
				continue
			}
			samples = append(samples, Sample{t.Started, t.Metrics["messages_per_second"], t.Metrics["server_cpu_seconds_per_message"]})
			rate = take(rate, t, "messages_per_second")
			cpu = take(cpu, t, "server_cpu_seconds_per_message")
			most = take(most, t, "limit_bytes_per_second")
		}
		if len(rate) == 0 {
			continue
		}
		if s, ok := shapeOf(c, median(most), m.Links); ok {
			out = append(out, Observation{Shape: s, ID: c.ID, Rate: median(rate), CPU: median(cpu), Samples: samples})
		}
	}
	return out, left
}

func take(all []float64, t results.Trial, metric string) []float64 {
	if v, ok := t.Metrics[metric]; ok {
		all = append(all, v)
	}
	return all
}

// median is 0 of nothing.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}
