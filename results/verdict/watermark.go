package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// The claim: a send buffer filled to 0.9 foretells packet loss. What it must show to
// count as foretelling is ours.
const (
	claimedLevel = 0.9
	slotSeconds  = 0.05
	horizonSlots = 4   // an event within 200 ms of an alarm is what it foretold
	lateBeyond   = 0.1 // seconds beyond the round trip after which a message is late
	leastHits    = 0.5 // of the alarms, and of the events
	// leastGain is how much more often an event follows an alarm than any moment. An
	// alarm that is always on, or an event that always comes, gains nothing.
	leastGain = 1.2
)

// settleWatermark asks of each cell that was watched whether alarms foretell loss:
// with a precision and a recall of half at least, and more often than chance. The
// same of late messages is told beside it.
func settleWatermark(e Evidence) results.Verdict {
	var losses, late []Case
	var seen []watched
	var untold []string
	for _, w := range watch(e) {
		seen = append(seen, w)
		if c, why := w.judge("loss", w.Loss); why == "" {
			losses = append(losses, c)
		} else {
			untold = append(untold, w.When+": "+why)
		}
		if c, why := w.judge("a late message", w.Late); why == "" {
			late = append(late, c)
		}
	}
	v := weigh(losses)
	v.Evidence["late"], v.Evidence["watched"], v.Evidence["untold"] = late, seen, untold
	v.Evidence["terms"] = map[string]float64{
		"watermark": claimedLevel, "slot_seconds": slotSeconds, "horizon_seconds": horizonSlots * slotSeconds, "late_beyond_rtt_seconds": lateBeyond,
	}
	if len(losses) == 0 {
		v.Text = "it takes trials that are watched, with losses in them: " + strings.Join(append(untold, "nothing else was watched"), "; ")
		return v
	}
	if len(late) > 0 {
		l := weigh(late)
		v.Text += fmt.Sprintf(". Of messages later than %s beyond the round trip it %s", units.Duration(lateBeyond), lateVerb[l.Verdict]+l.Text)
		if len(l.When) > 0 {
			v.Text += "; it foretells them where: " + strings.Join(l.When, "; ")
		}
	}
	if len(untold) > 0 {
		v.Text += ". Not counted: " + strings.Join(untold, "; ")
	}
	v.Interval, v.Cause = pooled(seen), levels(seen)
	return v
}

var lateVerb = map[string]string{
	Holds: "holds as well: ", HoldsWhen: "holds in places: ", Fails: "does not hold: ", Undecided: "is undecided: ",
}

// Watched is what was seen of one cell, a score a block.
type watched struct {
	When    string  `json:"when"`
	Loss    []score `json:"loss"`
	Late    []score `json:"late"`
	Full    float64 `json:"full_share"`             // of the moments
	Resends float64 `json:"retransmits_per_second"` // over all blocks
}

// watch scores every timeline whose trial was valid, cell by cell.
func watch(e Evidence) (out []watched) {
	for _, c := range e.Cells {
		w := watched{When: loadOf(c.Factors)}
		var moments, full int
		var resent, seconds float64
		for _, l := range e.Looks {
			if l.Cell != c.ID || len(l.Timeline) < 2 || l.With.State == results.Invalid {
				continue
			}
			s := cutSlots(l, claimedLevel, c.Factors.Number("rtt")+lateBeyond)
			w.Loss = append(w.Loss, keepScore(s.full, s.lost, horizonSlots))
			w.Late = append(w.Late, keepScore(s.full, s.late, horizonSlots))
			first, last := l.Timeline[0], l.Timeline[len(l.Timeline)-1]
			resent += float64(last.Retransmits - first.Retransmits)
			seconds += last.At - first.At
			for _, m := range l.Timeline {
				moments++
				full += one(m.Size > 0 && m.Queued >= claimedLevel*m.Size)
			}
		}
		if len(w.Loss) > 0 && seconds > 0 {
			w.Full, w.Resends = float64(full)/float64(moments), resent/seconds
			out = append(out, w)
		}
	}
	return out
}

// judge makes a case of a cell's scores; why says why it tells nothing.
func (w watched) judge(event string, blocks []score) (c Case, why string) {
	var all score
	for _, s := range blocks {
		all = all.add(s)
	}
	base, _ := share(all.Due, all.Slots)
	switch {
	case all.Alarms+all.Events == 0:
		return c, "neither a full buffer nor " + event + " was seen"
	case base > 1/leastGain:
		return c, fmt.Sprintf("%s follows %s of all moments within the horizon: nothing could foretell it %g times as often", event, figure(base, "share"), leastGain)
	}
	precision := func(s score) (float64, bool) { return share(s.Followed, s.Alarms) }
	recall := func(s score) (float64, bool) { return share(s.Foretold, s.Events) }
	gain := func(s score) (float64, bool) {
		base, _ := share(s.Due, s.Slots)
		p, ok := precision(s)
		return p / max(base, 1e-9), ok && s.Due > 0
	}
	return newCase(w.When,
		atLeast("alarms that "+event+" followed", over(blocks, "share", precision), leastHits),
		atLeast("of "+event+", what an alarm preceded", over(blocks, "share", recall), leastHits),
		atLeast(event+" after an alarm over that after any moment", over(blocks, "×", gain), leastGain),
	), ""
}

// over is the median over blocks of what can be told in them.
func over(blocks []score, unit string, tell func(score) (float64, bool)) results.Estimate {
	var values []float64
	for _, s := range blocks {
		if v, ok := tell(s); ok {
			values = append(values, v)
		}
	}
	return estimated("", unit, stats.Median(values))
}

// pooled is how many alarms of all cells together loss followed, block by block.
func pooled(seen []watched) *results.Estimate {
	var blocks []score
	for _, w := range seen {
		for b, s := range w.Loss {
			if b == len(blocks) {
				blocks = append(blocks, score{})
			}
			blocks[b] = blocks[b].add(s)
		}
	}
	e := over(blocks, "share", func(s score) (float64, bool) { return share(s.Followed, s.Alarms) })
	e.What = fmt.Sprintf("precision: alarms (queued/sndbuf at least %g) that packet loss followed within %s, all cells together", claimedLevel, units.Duration(horizonSlots*slotSeconds))
	return &e
}

// levels tells how full each buffer was beside how much was sent again.
func levels(seen []watched) string {
	sorted := slices.Clone(seen)
	slices.SortStableFunc(sorted, func(a, b watched) int { return int(1e6 * (b.Full - a.Full)) })
	var parts []string
	for _, w := range sorted {
		parts = append(parts, fmt.Sprintf("%s of the time with %s segments a second sent again (%s)", figure(w.Full, "share"), units.Digits(w.Resends, 2), w.When))
	}
	return fmt.Sprintf("the send buffer was at %g or above for %s", claimedLevel, strings.Join(parts, "; "))
}

// loadOf words what a watched cell is offered and what may be lost.
func loadOf(v plan.Values) string {
	offered := "messages at " + units.Value("rate", v.Get("rate"))
	if v.Text("load") == "burst" {
		offered = "bursts of " + units.Value("burst", v.Get("burst")) + " at " + units.Value("rate", v.Get("rate"))
	}
	if v.Number("loss") > 0 {
		offered += ", random loss " + units.Value("loss", v.Get("loss"))
	}
	if v.Number("sndbuf") == 0 {
		return offered + ", the kernel's send buffer"
	}
	return offered + ", sndbuf " + units.Value("sndbuf", v.Get("sndbuf"))
}
