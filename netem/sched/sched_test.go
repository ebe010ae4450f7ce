package sched_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

const (
	us   = time.Microsecond
	ms   = time.Millisecond
	full = 1500 // a full IP packet; 1514 bytes on the link
)

// down makes the scheduler of a profile that is s in the down direction.
func down(s profile.Shape, moments ...profile.Moment) *sched.Scheduler {
	return sched.New(&profile.Profile{Down: s, Moments: moments, Seed: 1}, sched.Down)
}

// arrivals sends a full packet at each time and returns when they are due.
func arrivals(s *sched.Scheduler, times ...time.Duration) []time.Duration {
	var due []time.Duration
	for _, t := range times {
		for _, d := range s.Arrive(t, full) {
			due = append(due, d.At)
		}
	}
	return due
}

func times(n int, every time.Duration) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = time.Duration(i) * every
	}
	return all
}

// The wire takes 1514 bytes: at 12.112 Mbit/s that is 1 ms.
const oneMs = profile.Rate(1514 * 8 * 1000)

func TestWhenPacketsAreDue(t *testing.T) {
	trace := &profile.Trace{Times: []time.Duration{1 * ms, 1 * ms, 5 * ms}}
	noLimit := profile.Limit{Packets: 1000}
	for _, c := range []struct {
		name    string
		shape   profile.Shape
		moments []profile.Moment
		at      []time.Duration
		want    []time.Duration
	}{
		{"nothing", profile.Shape{}, nil, []time.Duration{0, 5}, []time.Duration{0, 5}},
		{"delay", profile.Shape{Delay: 20 * ms}, nil, []time.Duration{0, 1 * ms}, []time.Duration{20 * ms, 21 * ms}},
		{
			"rate, back to back",
			profile.Shape{Rate: oneMs, Limit: noLimit},
			nil,
			[]time.Duration{0, 0, 0, 10 * ms},
			[]time.Duration{1 * ms, 2 * ms, 3 * ms, 11 * ms},
		},
		{
			"rate and delay",
			profile.Shape{Rate: oneMs, Delay: 20 * ms, Limit: noLimit},
			nil,
			[]time.Duration{0, 0, 2500 * us},
			[]time.Duration{21 * ms, 22 * ms, 23500 * us},
		},
		{
			"overhead doubles the packet",
			profile.Shape{Rate: oneMs, Overhead: 1514, Limit: noLimit},
			nil,
			[]time.Duration{0, 0},
			[]time.Duration{2 * ms, 4 * ms},
		},
		{
			"queue of two packets",
			profile.Shape{Rate: oneMs, Limit: profile.Limit{Packets: 2}},
			nil,
			[]time.Duration{0, 0, 0, 1 * ms, 1 * ms},
			[]time.Duration{1 * ms, 2 * ms, 3 * ms},
		},
		{
			"queue of two packets behind a delay",
			profile.Shape{Delay: 20 * ms, Rate: oneMs, Limit: profile.Limit{Packets: 2}},
			nil,
			[]time.Duration{0, 0, 0, 1 * ms, 2 * ms},
			[]time.Duration{21 * ms, 22 * ms, 23 * ms, 24 * ms},
		},
		{
			"queue in bytes",
			profile.Shape{Rate: oneMs, Limit: profile.Limit{Bytes: 3 * 1514}},
			nil,
			[]time.Duration{0, 0, 0, 0},
			[]time.Duration{1 * ms, 2 * ms, 3 * ms},
		},
		{
			"trace: two at 1 ms, one at 5 ms, again",
			profile.Shape{Trace: trace, Limit: noLimit},
			nil,
			[]time.Duration{0, 0, 0, 0},
			[]time.Duration{1 * ms, 1 * ms, 5 * ms, 6 * ms},
		},
		{
			"trace: unused opportunities are lost",
			profile.Shape{Trace: trace, Limit: noLimit},
			nil,
			[]time.Duration{2 * ms, 5 * ms, 5 * ms},
			[]time.Duration{5 * ms, 6 * ms, 6 * ms},
		},
		{
			"trace and delay",
			profile.Shape{Trace: trace, Delay: 20 * ms, Limit: noLimit},
			nil,
			[]time.Duration{0, 0, 0},
			[]time.Duration{20 * ms, 21 * ms, 21 * ms},
		},
		{
			"off from 2 to 4 ms",
			profile.Shape{Delay: 1 * ms},
			[]profile.Moment{{At: 2 * ms, Down: profile.Shape{Off: true}}, {At: 4 * ms, Down: profile.Shape{Delay: 10 * ms}}},
			times(6, 1*ms),
			[]time.Duration{1 * ms, 2 * ms, 14 * ms, 15 * ms},
		},
		{
			"rate halves while a packet is served",
			profile.Shape{Rate: oneMs, Limit: noLimit},
			[]profile.Moment{{At: 1500 * us, Down: profile.Shape{Rate: oneMs / 2, Limit: noLimit}}},
			[]time.Duration{0, 0, 0},
			[]time.Duration{1 * ms, 2500 * us, 4500 * us},
		},
		{
			"a shorter delay does not overtake",
			profile.Shape{Delay: 20 * ms},
			[]profile.Moment{{At: 1 * ms, Down: profile.Shape{Delay: 5 * ms}}},
			[]time.Duration{0, 2 * ms, 30 * ms},
			[]time.Duration{20 * ms, 20 * ms, 35 * ms},
		},
		{
			"every packet jumps",
			profile.Shape{Delay: 20 * ms, Reorder: profile.Reorder{Share: 1}},
			nil,
			[]time.Duration{0, 1 * ms},
			[]time.Duration{0, 1 * ms},
		},
		{
			"every third packet jumps",
			profile.Shape{Delay: 20 * ms, Reorder: profile.Reorder{Share: 1, Gap: 3}},
			nil,
			times(6, 1*ms),
			[]time.Duration{20 * ms, 21 * ms, 2 * ms, 23 * ms, 24 * ms, 5 * ms},
		},
		{
			"every packet twice",
			profile.Shape{Delay: 1 * ms, Duplicate: 1},
			nil,
			[]time.Duration{0},
			[]time.Duration{1 * ms, 1 * ms},
		},
		{"all lost", profile.Shape{Loss: profile.Loss{Random: 1}}, nil, []time.Duration{0, 1}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := arrivals(down(c.shape, c.moments...), c.at...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("want -, got +\n%s", d)
			}
		})
	}
}

// A trace carries small packets together and large ones over several lines.
func TestTraceCountsBytes(t *testing.T) {
	s := down(profile.Shape{Trace: &profile.Trace{Times: []time.Duration{1 * ms, 2 * ms}}, Limit: profile.Limit{Packets: 100}})
	var got []time.Duration
	for _, size := range []int{500, 1000, 750, 1500, 750} {
		got = append(got, s.Arrive(0, size)[0].At)
	}
	want := []time.Duration{1 * ms, 1 * ms, 2 * ms, 3 * ms, 3 * ms}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// 720 Mbit/s and 80 ms: with a backlog every opportunity is used, exactly.
func TestFastTraceUsesEveryOpportunity(t *testing.T) {
	trace := &profile.Trace{}
	for i := range 60 * 1000 {
		trace.Times = append(trace.Times, time.Duration(i/60+1)*ms)
	}
	s := down(profile.Shape{Trace: trace, Delay: 80 * ms, Limit: profile.Limit{Packets: 1 << 30}})
	delivered := 0
	for range 200_000 {
		if d := s.Arrive(0, full); d[0].At <= 80*ms+2*time.Second {
			delivered++
		}
	}
	// Opportunities at 81 … 2080 ms: the trace's time does not wait for the delay.
	if delivered != 2*60_000+60 {
		t.Errorf("%d packets, want %d", delivered, 2*60_000+60)
	}
}

func TestBeginStartsAnew(t *testing.T) {
	s := down(profile.Shape{}, profile.Moment{At: 1 * ms, Down: profile.Shape{Off: true}})
	if got := arrivals(s, 0, 2*ms); len(got) != 1 {
		t.Fatalf("due %v, want the first alone", got)
	}
	s.Begin(10 * ms)
	if got := arrivals(s, 10500*us, 11*ms); len(got) != 1 {
		t.Errorf("after Begin due %v, want the first alone", got)
	}
}

func TestCountersAddUp(t *testing.T) {
	s := down(profile.Shape{
		Rate: oneMs, Limit: profile.Limit{Packets: 3}, Loss: profile.Loss{Random: 0.3},
		Duplicate: 0.2, Corrupt: 0.5,
	})
	delivered, flips := uint64(0), uint64(0)
	for i := range 10_000 {
		for _, d := range s.Arrive(time.Duration(i)*600*us, full) {
			delivered++
			if d.Flip >= 0 {
				flips++
			}
			if d.Flip >= full*8 {
				t.Fatalf("bit %d is outside the packet", d.Flip)
			}
		}
	}
	c := s.Counters()
	if c.Arrived != 10_000 || c.ArrivedBytes != 10_000*1514 {
		t.Errorf("arrived %d packets, %d bytes", c.Arrived, c.ArrivedBytes)
	}
	if c.Arrived+c.Duplicated != c.Lost+c.Dropped+delivered {
		t.Errorf("%+v and %d delivered do not add up", c, delivered)
	}
	if c.Lost == 0 || c.Dropped == 0 || c.Duplicated == 0 || flips == 0 {
		t.Errorf("%+v: something never happened", c)
	}
}

func TestSeedRepeatsAndDirectionsDiffer(t *testing.T) {
	shape := profile.Shape{Delay: 50 * ms, Jitter: profile.Jitter{Spread: 20 * ms, Distribution: profile.Normal, Reordering: true}}
	run := func(seed uint64, d sched.Direction) []time.Duration {
		return arrivals(sched.New(&profile.Profile{Down: shape, Up: shape, Seed: seed}, d), times(50, 1*ms)...)
	}
	if !slices.Equal(run(1, sched.Down), run(1, sched.Down)) {
		t.Error("the same seed gave another course")
	}
	if slices.Equal(run(1, sched.Down), run(2, sched.Down)) || slices.Equal(run(1, sched.Down), run(1, sched.Up)) {
		t.Error("another seed or direction gave the same course")
	}
}

// Jitter keeps order unless asked to reorder, whatever else is on.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := profile.Shape{
			Delay: 50 * ms,
			Jitter: profile.Jitter{
				Spread:       time.Duration(rapid.IntRange(0, 50).Draw(t, "spread")) * ms,
				Distribution: rapid.SampledFrom(profile.Distributions).Draw(t, "distribution"),
			},
			Rate:  profile.Rate(rapid.SampledFrom([]float64{0, 1e6, 1e9}).Draw(t, "rate")),
			Limit: profile.Limit{Packets: rapid.IntRange(1, 100).Draw(t, "limit")},
		}
		s := down(shape)
		now, last := time.Duration(0), time.Duration(0)
		for range 200 {
			now += time.Duration(rapid.IntRange(0, 5).Draw(t, "gap")) * ms
			for _, d := range s.Arrive(now, full) {
				if d.At < last || d.At < now {
					t.Fatalf("due at %v, sent at %v, the one before due at %v", d.At, now, last)
				}
				last = d.At
			}
		}
	})
}

func TestReorderingJitterReorders(t *testing.T) {
	for _, rate := range []profile.Rate{0, 100e6} {
		s := down(profile.Shape{
			Delay: 50 * ms, Rate: rate, Limit: profile.Limit{Packets: 1000},
			Jitter: profile.Jitter{Spread: 20 * ms, Distribution: profile.Uniform, Reordering: true},
		})
		if due := arrivals(s, times(100, 1*ms)...); slices.IsSorted(due) {
			t.Errorf("rate %v: all in order", rate)
		}
	}
}

func TestLineGivesPacketsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l sched.Line[int]
		type packet struct {
			at  time.Duration
			seq int
		}
		var held []packet
		for seq := range 100 {
			if rapid.Bool().Draw(t, "pop") && len(held) > 0 {
				first := slices.MinFunc(held, func(a, b packet) int {
					if a.at != b.at {
						return int(a.at - b.at)
					}
					return a.seq - b.seq
				})
				if at, ok := l.Next(); !ok || at != first.at {
					t.Fatalf("next at %v, want %v", at, first.at)
				}
				if got := l.Pop(); got != first.seq {
					t.Fatalf("packet %d, want %d", got, first.seq)
				}
				held = slices.DeleteFunc(held, func(p packet) bool { return p == first })
			} else {
				at := time.Duration(rapid.IntRange(0, 20).Draw(t, "at"))
				l.Push(at, seq)
				held = append(held, packet{at, seq})
			}
			if l.Len() != len(held) {
				t.Fatalf("%d packets, want %d", l.Len(), len(held))
			}
		}
	})
}

func BenchmarkArrive(b *testing.B) {
	s := down(profile.Shape{Delay: 40 * ms, Rate: 1e9, Limit: profile.Limit{Packets: 1000}, Jitter: profile.Jitter{Spread: ms, Distribution: profile.Normal}})
	now := time.Duration(0)
	for b.Loop() {
		now += 12 * us
		s.Arrive(now, full)
	}
}
