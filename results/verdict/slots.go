package verdict

import (
	"slices"

	"github.com/pushbench/pushbench/results"
)

// Slots cut a window into pieces of slotSeconds, and tell what was seen in each.
type slots struct {
	full []bool // at some moment the send buffer was at or above the watermark
	lost []bool // segments were sent again
	late []bool // a message that was due then came late
}

// cutSlots cuts what was watched. A message is late if it took longer than bound
// seconds. Slots after the last moment, and one that it begins, are left out.
func cutSlots(l results.Look, watermark, bound float64) slots {
	if len(l.Timeline) == 0 {
		return slots{}
	}
	n := int(l.Timeline[len(l.Timeline)-1].At/slotSeconds + endShare)
	s := slots{make([]bool, n), make([]bool, n), make([]bool, n)}
	mark := func(in []bool, at float64) {
		if i := int(at / slotSeconds); at >= 0 && i < n {
			in[i] = true
		}
	}
	for i, m := range l.Timeline {
		if m.Size > 0 && m.Queued >= watermark*m.Size {
			mark(s.full, m.At)
		}
		if i > 0 && m.Retransmits > l.Timeline[i-1].Retransmits {
			mark(s.lost, m.At)
		}
	}
	for _, p := range l.Latency {
		if p.Max > bound {
			mark(s.late, p.At)
		}
	}
	return s
}

// endShare makes a slot of which all but a fifth was watched count as one.
const endShare = 0.2

// A score counts how alarms and events of one block met.
type score struct {
	Slots    int `json:"slots"`    // that have all of the horizon behind them
	Due      int `json:"due"`      // of those, the ones that an event followed
	Alarms   int `json:"alarms"`   // of those, the ones with an alarm
	Followed int `json:"followed"` // of the alarms, those that an event followed
	Events   int `json:"events"`   // slots with an event and all of the horizon before them
	Foretold int `json:"foretold"` // of those, the ones with an alarm within it
}

// keepScore looks in the horizon slots after each alarm for an event, and in as many
// before each event for an alarm. What is in the same slot counts for neither: which
// came first is not known.
func keepScore(alarm, event []bool, horizon int) (s score) {
	for i := range alarm {
		if i+horizon < len(alarm) {
			due := slices.Contains(event[i+1:i+1+horizon], true)
			s.Slots++
			s.Due += one(due)
			s.Alarms += one(alarm[i])
			s.Followed += one(alarm[i] && due)
		}
		if i >= horizon && event[i] {
			s.Events++
			s.Foretold += one(slices.Contains(alarm[i-horizon:i], true))
		}
	}
	return s
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s score) add(o score) score {
	return score{s.Slots + o.Slots, s.Due + o.Due, s.Alarms + o.Alarms, s.Followed + o.Followed, s.Events + o.Events, s.Foretold + o.Foretold}
}

// share is a part of a whole; ok is false of nothing.
func share(part, whole int) (v float64, ok bool) {
	return float64(part) / float64(max(whole, 1)), whole > 0
}
