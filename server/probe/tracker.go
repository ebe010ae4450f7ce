package probe

import (
	"cmp"
	"slices"
	"time"
)

// A Rate is what a connection did between two readings. A figure that the
// mechanism cannot tell is nil.
type Rate struct {
	Seconds      float64  `json:"seconds"`
	CallsPer     *float64 `json:"calls_per_second,omitempty"`
	EAGAINPer    *float64 `json:"eagain_per_second,omitempty"`
	BytesPer     float64  `json:"bytes_per_second"`
	BytesPerCall *float64 `json:"bytes_per_call,omitempty"` // of the calls that took something
	Level        *float64 `json:"level,omitempty"`          // of the send buffer, now
	HighShare    *float64 `json:"high_share,omitempty"`     // of the time, at High or above; nil where no time was seen
	Retransmits  uint64   `json:"retransmits"`
	Conn         Conn     `json:"connection"` // since the probe was opened
}

// A Tracker turns readings into rates.
type Tracker struct {
	last   map[uint64]Conn
	before time.Time
	gone   Conn // all that are closed
	closed int
}

// NewTracker begins at a time from which on the first rates count.
func NewTracker(begin time.Time) *Tracker {
	return &Tracker{last: map[uint64]Conn{}, before: begin}
}

// Next returns what every connection did since the last reading, the busiest first.
func (t *Tracker) Next(r Reading) []Rate {
	span := r.Time.Sub(t.before).Seconds()
	t.before = r.Time
	rates := make([]Rate, 0, len(r.Conns))
	for _, c := range r.Conns {
		rates = append(rates, rate(t.last[c.ID], c, span))
		t.last[c.ID] = c
		if c.Closed {
			delete(t.last, c.ID)
			t.gone.Add(c)
			t.closed++
		}
	}
	slices.SortFunc(rates, func(a, b Rate) int {
		return cmp.Or(cmp.Compare(b.Busy(), a.Busy()), cmp.Compare(a.Conn.ID, b.Conn.ID))
	})
	return rates
}

// Total sums all connections there have been, and counts them.
func (t *Tracker) Total() (sum Conn, connections int) {
	sum.Add(t.gone)
	for _, c := range t.last {
		sum.Add(c)
	}
	return sum, t.closed + len(t.last)
}

// Busy orders rates: by calls a second, or bytes where calls are not counted.
func (r Rate) Busy() float64 {
	if r.CallsPer != nil {
		return *r.CallsPer
	}
	return r.BytesPer
}

func rate(was, is Conn, span float64) Rate {
	r := Rate{Seconds: span, Conn: is, Retransmits: is.Path.Retransmits - was.Path.Retransmits}
	bytes := float64(is.Bytes - was.Bytes)
	if span > 0 {
		r.BytesPer = bytes / span
	}
	if is.Calls != nil && span > 0 {
		old := Calls{}
		if was.Calls != nil {
			old = *was.Calls
		}
		sends, refused := float64(is.Calls.Sends-old.Sends), float64(is.Calls.EAGAIN-old.EAGAIN)
		r.CallsPer, r.EAGAINPer = new(sends/span), new(refused/span)
		if took := sends - refused - float64(is.Calls.Failed-old.Failed); took > 0 {
			r.BytesPerCall = new(bytes / took)
		}
	}
	if is.Buffer.Size > 0 && !is.Closed {
		r.Level = new(float64(is.Buffer.Queued) / float64(is.Buffer.Size))
	}
	spent := is.Buffer.Levels
	for i, n := range was.Buffer.Levels {
		spent[i] -= n
	}
	if spent.Total() > 0 {
		r.HighShare = new(spent.Above(High))
	}
	return r
}
