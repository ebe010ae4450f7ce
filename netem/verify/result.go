package verify

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
)

// A Check compares one figure.
type Check struct {
	Name      string  `json:"name"`
	Asked     float64 `json:"asked"`
	Measured  float64 `json:"measured"`
	Tolerance float64 `json:"tolerance"` // greatest distance allowed
	OK        bool    `json:"ok"`
}

// A Result is what verifying a profile on a backend found. Asked and Measured
// hold rtt_median_seconds and, where the profile has them, loss,
// goodput_bytes_per_second and queue_bytes of the way down; up_… of the way up.
type Result struct {
	Profile  string             `json:"profile"`
	Backend  string             `json:"backend"`
	Kernel   string             `json:"kernel"`
	When     time.Time          `json:"when"`
	Asked    map[string]float64 `json:"asked"`
	Measured map[string]float64 `json:"measured"`
	Checks   []Check            `json:"checks"`
	OK       bool               `json:"ok"`
}

// The names of figures.
const (
	RTTMedian   = "rtt_median_seconds"
	RTTDistance = "rtt_distance_seconds" // Wasserstein distance, asked for 0
	Loss        = "loss"
	Goodput     = "goodput_bytes_per_second"
	Queue       = "queue_bytes"
)

// Tolerances: what a link may be off and still count as what was asked for.
// Sampling error comes on top: four standard errors, which less than one good
// link in 10,000 exceeds.
const (
	rttAbsolute      = 500 * time.Microsecond
	rttRelative      = 0.01
	distanceAbsolute = time.Millisecond
	distanceRelative = 0.02
	goodputRelative  = 0.01
	queueRelative    = 0.10
	standardErrors   = 4
)

func (r *Result) add(name string, asked, measured, tolerance float64) {
	ok := measured >= asked-tolerance && measured <= asked+tolerance
	r.Checks = append(r.Checks, Check{name, asked, measured, tolerance, ok})
	r.Asked[name], r.Measured[name] = asked, measured
	r.OK = r.OK && ok
}

// Err is nil, or an *Error where the link is off.
func (r *Result) Err() error {
	if r.OK {
		return nil
	}
	return &Error{r}
}

// An Error is a link that is not what was asked for.
type Error struct{ Result *Result }

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "network %s on backend %s is not what it should be:", e.Result.Profile, e.Result.Backend)
	for _, c := range e.Result.Checks {
		if !c.OK {
			fmt.Fprintf(&b, " %s is %.6g, asked for %.6g ± %.2g;", c.Name, c.Measured, c.Asked, c.Tolerance)
		}
	}
	b.WriteString(" let the machine rest and try again, choose another backend, or a slower network")
	return b.String()
}

// An observation is what came through of the three plans, both ways (down, up).
type observation struct {
	rtt, loss, flood [2][]arrival
}

// compare checks what was observed against what the scheduler yields.
func compare(p *profile.Profile, plans *plans, asked, seen *observation, r *Result) {
	want, got := roundTrips(asked.rtt[0], asked.rtt[1]), roundTrips(seen.rtt[0], seen.rtt[1])
	n := max(1, len(got))
	sampling := standardErrors * 1.25 * deviation(want).Seconds() / math.Sqrt(float64(n)) // of a median
	median := quantile(want, 0.5).Seconds()
	r.add(RTTMedian, median, quantile(got, 0.5).Seconds(),
		rttAbsolute.Seconds()+rttRelative*median+sampling)
	distance := (time.Duration(1) << 62).Seconds()
	if len(got) > 0 && len(want) > 0 {
		distance = wasserstein(want, got).Seconds()
	}
	r.add(RTTDistance, 0, distance, distanceAbsolute.Seconds()+distanceRelative*median+sampling)
	for d, prefix := range [2]string{"", "up_"} {
		s := [2]*profile.Shape{&p.Down, &p.Up}[d]
		if n := len(plans.loss[d].times); n > 0 {
			r.add(prefix+Loss, gone(s), 1-float64(len(seen.loss[d]))/float64(n), standardErrors*lossSpread(s, n))
		}
		if f := plans.flood[d]; len(f.times) > 0 {
			want := goodput(asked.flood[d], f.size)
			r.add(prefix+Goodput, want, goodput(seen.flood[d], f.size), goodputRelative*want)
			depth := queueBytes(asked.flood[d], s.MeanRate())
			frame := float64(f.size + profile.HeaderBytes)
			r.add(prefix+Queue, depth, queueBytes(seen.flood[d], s.MeanRate()),
				queueRelative*depth+frame+float64(s.MeanRate())/8*rttAbsolute.Seconds())
		}
	}
}
