package scenarios

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// An axis is a factor with the values it takes; a setting has one value.
type axis struct {
	factor plan.Factor
	at     Pos
	values []value
}

// A matrix is every combination of its axes' values.
type matrix struct {
	mark
	axes []axis
}

func (m *matrix) read(l *log, n node) {
	eachFactor(l, n, factorKeys, func(f plan.Factor, e entry) {
		items := []node{e.value}
		if e.value.shape == list {
			items = e.value.items
		}
		if len(items) == 0 {
			l.add(e.value.pos, "%s has no values; leave it out or give it some", e.key)
		}
		a := axis{factor: f, at: e.pos}
		for _, item := range items {
			v, ok := readValue(l, f, item)
			if !ok {
				continue
			}
			if a.has(v.v) {
				l.add(item.pos, "%s %s is in the list already", f.Name, quantity.Value(f.Kind, v.v))
				continue
			}
			a.values = append(a.values, v)
		}
		m.axes = append(m.axes, a)
	})
}

func (a axis) has(v any) bool {
	for _, x := range a.values {
		if x.v == v {
			return true
		}
	}
	return false
}

// A single is a mapping of factors to one value each: a case, or what to exclude.
type single struct {
	mark
	axes []axis
}

func (s *single) read(l *log, n node) { s.axes = readSettings(l, n, factorKeys) }

// A load is a single with names of its own for the factors.
type load struct {
	mark
	axes []axis
}

// loadKeys are the keys under load and the factors they set.
var loadKeys = []key{
	{"mode", "load"},
	{"connections", "connections"},
	{"rate", "rate"},
	{"arrival", "arrival"},
	{"audience", "audience"},
	{"burst", "burst"},
	{"replay", "replay"},
}

func (x *load) read(l *log, n node) { x.axes = readSettings(l, n, loadKeys) }

// A key names a factor in the file.
type key struct{ name, factor string }

// factorKeys names every factor by its own name.
var factorKeys = func() (out []key) {
	for _, name := range factorNames() {
		out = append(out, key{name, name})
	}
	return out
}()

func readSettings(l *log, n node, keys []key) (out []axis) {
	eachFactor(l, n, keys, func(f plan.Factor, e entry) {
		if e.value.shape == list {
			l.add(e.value.pos, "%s has one value here; lists of values belong in a matrix", e.key)
			return
		}
		if v, ok := readValue(l, f, e.value); ok {
			out = append(out, axis{factor: f, at: e.pos, values: []value{v}})
		}
	})
	return out
}

// eachFactor visits the pairs of a mapping whose keys are known.
func eachFactor(l *log, n node, keys []key, visit func(plan.Factor, entry)) {
	var known []string
	for _, k := range keys {
		known = append(known, k.name)
	}
	if n.shape != mapping {
		l.add(n.pos, "a mapping of factors to values is meant here, not %v", n.shape)
		return
	}
next:
	for _, e := range n.pairs {
		for _, k := range keys {
			if k.name != e.key {
				continue
			}
			if e.value.shape == empty {
				l.add(e.value.pos, "%s is empty; leave it out or give it a value", e.key)
				continue next
			}
			f, _ := plan.FactorNamed(k.factor)
			visit(f, e)
			continue next
		}
		l.add(e.pos, "%s", unknown("factor", e.key, known))
	}
}
