package profile

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// shape reads what is said of a direction over what was there, into each of to.
func (r *reader) shape(node ast.Node, what string, to ...*Shape) {
	for i, s := range to {
		if i > 0 && len(r.errs) > 0 {
			return // the same mistakes once more
		}
		r.oneShape(node, what, s)
	}
}

func (r *reader) oneShape(node ast.Node, what string, s *Shape) {
	seen := r.mapping(node, what, []field{
		{"delay", func(n ast.Node) { s.Delay = r.duration(n, 0, maxDelay) }},
		{"jitter", func(n ast.Node) { s.Jitter = r.jitter(n) }},
		{"loss", func(n ast.Node) { s.Loss = r.loss(n) }},
		{"duplicate", func(n ast.Node) { s.Duplicate = r.share(n) }},
		{"corrupt", func(n ast.Node) { s.Corrupt = r.share(n) }},
		{"reorder", func(n ast.Node) { s.Reorder = r.reorder(n) }},
		{"rate", func(n ast.Node) { s.Rate, s.Trace = r.rate(n), nil }},
		{"overhead", func(n ast.Node) { s.Overhead = int(r.overhead(n)) }},
		{"trace", func(n ast.Node) { s.Trace, s.Rate = r.trace(n), 0 }},
		{"limit", func(n ast.Node) { s.Limit = r.limit(n, s.MeanRate()) }},
		{"off", func(n ast.Node) { s.Off = r.boolean(n) }},
	})
	if n := seen["trace"]; n != nil && seen["rate"] != nil {
		r.fail(n, "a trace takes the place of rate: give one of them")
	}
	// These stand on fields that another mapping may have set.
	if n := seen["jitter"]; n != nil && s.Jitter.Spread > s.Delay {
		r.fail(n, "a jitter of %v is more than the delay of %v: packets would arrive before they were sent", s.Jitter.Spread, s.Delay)
	}
	if n := seen["reorder"]; n != nil && s.Reorder.Share > 0 && s.Delay == 0 {
		r.fail(n, "reorder sends packets ahead of delayed ones: it needs a delay")
	}
}

// jitter reads "5ms" (uniform, in order) or a mapping.
func (r *reader) jitter(node ast.Node) Jitter {
	j := Jitter{Distribution: Uniform}
	if isScalar(node) {
		j.Spread = r.duration(node, 0, maxDelay)
		return j
	}
	r.mapping(node, "jitter", []field{
		{"spread", func(n ast.Node) { j.Spread = r.duration(n, 0, maxDelay) }},
		{"distribution", func(n ast.Node) {
			s, ok := r.text(n)
			if j.Distribution = Distribution(s); ok && !slices.Contains(Distributions, j.Distribution) {
				r.fail(n, "unknown distribution %q: choose one of %v", clip(s), Distributions)
			}
		}},
		{"reordering", func(n ast.Node) { j.Reordering = r.boolean(n) }},
	})
	return j
}

// loss reads "2%" or one of the models with memory.
func (r *reader) loss(node ast.Node) Loss {
	if isScalar(node) {
		return Loss{Random: r.share(node)}
	}
	var l Loss
	seen := r.mapping(node, "loss", []field{
		{"random", func(n ast.Node) { l.Random = r.share(n) }},
		{"gilbert-elliott", func(n ast.Node) { l.GilbertElliott = r.gilbertElliott(n) }},
		{"four-state", func(n ast.Node) { l.FourState = r.fourState(n) }},
	})
	if len(seen) > 1 {
		r.fail(node, "loss has one model: random, gilbert-elliott or four-state")
	}
	return l
}

func (r *reader) gilbertElliott(node ast.Node) *GilbertElliott {
	g := &GilbertElliott{Bad: 1}
	r.mapping(node, "gilbert-elliott", []field{
		{"p", func(n ast.Node) { g.P = r.share(n) }},
		{"r", func(n ast.Node) { g.R = r.share(n) }},
		{"bad", func(n ast.Node) { g.Bad = r.share(n) }},
		{"good", func(n ast.Node) { g.Good = r.share(n) }},
	})
	if g.P == 0 || g.R == 0 {
		r.fail(node, "gilbert-elliott needs p (good to bad) and r (bad to good) over 0")
	}
	return g
}

func (r *reader) fourState(node ast.Node) *FourState {
	f := &FourState{}
	r.mapping(node, "four-state", []field{
		{"p13", func(n ast.Node) { f.P13 = r.share(n) }},
		{"p31", func(n ast.Node) { f.P31 = r.share(n) }},
		{"p32", func(n ast.Node) { f.P32 = r.share(n) }},
		{"p23", func(n ast.Node) { f.P23 = r.share(n) }},
		{"p14", func(n ast.Node) { f.P14 = r.share(n) }},
	})
	switch {
	case f.P13 > 0 && f.P31 == 0:
		r.fail(node, "four-state never leaves a burst: give p31 over 0")
	case f.P32 > 0 && f.P23 == 0:
		r.fail(node, "four-state never leaves state 2: give p23 over 0 (1 is usual)")
	case f.P31+f.P32 > 1 || f.P13+f.P14 > 1:
		r.fail(node, "four-state: p31+p32 and p13+p14 must each be at most 100%%")
	}
	return f
}

// reorder reads "1%" or a mapping.
func (r *reader) reorder(node ast.Node) Reorder {
	if isScalar(node) {
		return Reorder{Share: r.share(node)}
	}
	var o Reorder
	r.mapping(node, "reorder", []field{
		{"share", func(n ast.Node) { o.Share = r.share(n) }},
		{"gap", func(n ast.Node) { o.Gap = int(r.integer(n, 1, maxGap)) }},
	})
	return o
}

func (r *reader) rate(node ast.Node) Rate {
	s, ok := r.text(node)
	if !ok {
		return 0
	}
	rate, err := parseRate(s)
	switch {
	case err != nil:
		r.fail(node, "%v", err)
	case rate < minRate || rate > maxRate:
		r.fail(node, "a rate of %s is not between 1kbit and 100Gbit; leave rate out for no bottleneck, or say off: true for a black-out", clip(s))
	default:
		return rate
	}
	return 0
}

func (r *reader) overhead(node ast.Node) int64 { return r.integer(node, minOverhead, maxOverhead) }

func (r *reader) limit(node ast.Node, rate Rate) Limit {
	s, ok := r.text(node)
	if !ok {
		return Limit{}
	}
	l, err := parseLimit(s, rate)
	switch {
	case err != nil:
		r.fail(node, "%v", err)
	case l.Bytes == 0 && (l.Packets < 1 || l.Packets > maxPackets):
		r.fail(node, "a queue of %s is not between 1 and %d packets", clip(s), maxPackets)
	case l.Bytes != 0 && (l.Bytes < frame || l.Bytes > maxBytes):
		r.fail(node, "a queue of %s is not between one frame (%d bytes) and 4GiB", clip(s), frame)
	default:
		return l
	}
	return Limit{}
}

func (r *reader) trace(node ast.Node) *Trace {
	name, ok := r.text(node)
	if !ok {
		return nil
	}
	file, err := r.open(name)
	if err != nil {
		r.fail(node, "open the trace: %v", err)
		return nil
	}
	defer file.Close()
	t, err := ReadTrace(name, file)
	if err != nil {
		r.fail(node, "%v", err)
		return nil
	}
	return t
}

func isScalar(node ast.Node) bool {
	_, ok := node.(ast.ScalarNode)
	return ok
}
