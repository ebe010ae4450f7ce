package scenarios

import (
	"regexp"
	"strconv"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// A raw is a value as written.
type raw struct {
	text string
	at   Pos
}

func (r *raw) read(l *log, n node) { r.take(l, n) }

// take keeps a single value and tells whether there is one.
func (r *raw) take(l *log, n node) bool {
	r.at = n.pos
	if n.shape != scalar {
		l.add(n.pos, "a single value is meant here, not %v", n.shape)
		return false
	}
	r.text = n.text
	return true
}

// A word is free text on one line.
type word struct{ raw }

func (w *word) read(l *log, n node) {
	if w.take(l, n) && !regexp.MustCompile(`^[^\pC]+$`).MatchString(w.text) {
		l.add(n.pos, "one line of text is meant here")
	}
}

// A slug is a name that can be part of a file's name.
type slug struct{ raw }

const slugPattern = `^[a-z0-9][a-z0-9.-]{0,63}$`

var slugs = regexp.MustCompile(slugPattern)

func (s *slug) read(l *log, n node) {
	if s.take(l, n) && !slugs.MatchString(s.text) {
		l.add(n.pos, "%.70q is no name; one has at most 64 lower-case letters, digits, dots and dashes, such as buffer-size", s.text)
	}
}

// A name is one of a table's.
func (r *raw) name(l *log, n node, what string, known []string) {
	if !r.take(l, n) {
		return
	}
	for _, k := range known {
		if k == r.text {
			return
		}
	}
	l.add(n.pos, "%s", unknown(what, r.text, known))
	r.text = ""
}

type (
	factorName struct{ raw }
	metricName struct{ raw }
	chartKind  struct{ raw }
)

func (f *factorName) read(l *log, n node) { f.name(l, n, "factor", factorNames()) }
func (m *metricName) read(l *log, n node) { m.name(l, n, "metric", metricNames()) }
func (c *chartKind) read(l *log, n node)  { c.name(l, n, "kind of chart", chartKindNames()) }

func factorNames() (out []string) {
	for _, f := range plan.Factors {
		if !f.Harness {
			out = append(out, f.Name)
		}
	}
	return out
}

func metricNames() (out []string) {
	for _, m := range plan.Metrics {
		out = append(out, m.Name)
	}
	return out
}

func chartKindNames() (out []string) {
	for _, k := range plan.ChartKinds {
		out = append(out, k.Name)
	}
	return out
}

// A number is a quantity within bounds, in base units; 0 where none is written.
type number struct {
	raw
	value float64
}

func (x *number) within(l *log, n node, d quantity.Dimension, least, most float64) {
	if !x.take(l, n) {
		return
	}
	v, err := d.Parse(x.text)
	switch {
	case err != nil:
		l.add(n.pos, "%v", err)
	case v < least:
		l.add(n.pos, "%s is too little; at least %s is meant", d.Format(v), d.Format(least))
	case v > most:
		l.add(n.pos, "%s is too much; at most %s is meant", d.Format(v), d.Format(most))
	default:
		x.value = v
	}
}

type (
	span       struct{ number } // seconds
	until      struct{ number } // fraction
	blockCount struct{ number }
	confidence struct{ number } // fraction
	positive   struct{ number } // a plain number, such as a ratio
)

func (s *span) read(l *log, n node)       { s.within(l, n, quantity.Time, 1e-3, 24*3600) }
func (u *until) read(l *log, n node)      { u.within(l, n, quantity.Share, 1e-4, 1) }
func (c *confidence) read(l *log, n node) { c.within(l, n, quantity.Share, 0.5, 0.9999) }
func (b *blockCount) read(l *log, n node) { b.within(l, n, quantity.Count, 1, 10000) }

func (p *positive) read(l *log, n node) {
	if !p.take(l, n) {
		return
	}
	v, err := strconv.ParseFloat(p.text, 64)
	if err != nil || !(v > 0 && v < 1e18) {
		l.add(n.pos, "%.32q is no mark; write a number above 0 such as 3.8", p.text)
		return
	}
	p.value = v
}

// comparisons may be written as one mapping.
type comparisons []comparison

func (c *comparisons) read(l *log, n node) {
	if n.shape != list {
		n = node{shape: list, pos: n.pos, items: []node{n}}
	}
	decode(l, n, (*[]comparison)(c))
}
