package probe

import (
	"math"
	"testing"
	"time"
)

func TestTracker(t *testing.T) {
	begin := time.Unix(100, 0)
	tr := NewTracker(begin)
	a := Conn{ID: 1, Bytes: 1000, Calls: &Calls{Sends: 12, EAGAIN: 2}, Buffer: Buffer{Queued: 50, Size: 100}}
	a.Buffer.Levels[10], a.Buffer.Levels[48] = 75, 25
	b := Conn{ID: 2, Bytes: 7}
	rates := tr.Next(Reading{Time: begin.Add(2 * time.Second), Conns: []Conn{b, a}})
	if r := rates[0]; r.Conn.ID != 1 || *r.CallsPer != 6 || *r.EAGAINPer != 1 || *r.BytesPerCall != 100 || *r.Level != 0.5 || *r.HighShare != 0.25 {
		t.Errorf("%+v", r)
	}
	if r := rates[1]; r.CallsPer != nil || r.BytesPerCall != nil || r.Level != nil || r.HighShare != nil || r.BytesPer != 3.5 {
		t.Errorf("what is not counted has figures: %+v", r)
	}
	a.Closed, a.Calls = true, &Calls{Sends: 13, EAGAIN: 2}
	a.Path.Retransmits = 4
	rates = tr.Next(Reading{Time: begin.Add(3 * time.Second), Conns: []Conn{a}})
	if r := rates[0]; *r.CallsPer != 1 || r.Retransmits != 4 || r.HighShare != nil {
		t.Errorf("%+v", r)
	}
	if sum, n := tr.Total(); n != 2 || sum.Bytes != 1007 || sum.Calls.Sends != 13 {
		t.Errorf("%d connections, %+v", n, sum)
	}
}

func TestLevels(t *testing.T) {
	var l Levels
	if !math.IsNaN(l.Above(High)) || !math.IsNaN(l.Percentile(50)) {
		t.Error("no time has figures")
	}
	l.spend(1, 100, 60) // low
	l.spend(89, 100, 30)
	l.spend(90, 100, 9)
	l.spend(500, 100, 1)
	for p, want := range map[float64]float64{50: 0.12, 90: 0.90, 99: 0.92, 100: 1.28} {
		if got := l.Percentile(p); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v %%: %v, want %v", p, got, want)
		}
	}
	if got := l.Above(High); got != 0.1 {
		t.Errorf("above: %v", got)
	}
}
