package scenarios

import (
	"reflect"
	"strings"
)

// A reader is a type that reads its own part of the file.
type reader interface{ read(l *log, n node) }

// A mark is embedded in a type whose place matters, or whose mistakes keep it
// out of later checks.
type mark struct {
	at     Pos
	broken bool
}

func (m *mark) set(at Pos, broken bool) { m.at, m.broken = at, broken }

// decode fills v, which is a pointer to a reader, a struct or a slice. Keys are
// the json names of a struct's fields; one without omitempty must be there. So
// the reader and the schema, made of the same tags, know the same keys.
func decode(l *log, n node, v any) {
	before := len(l.errors)
	switch p := reflect.ValueOf(v).Elem(); {
	case isReader(v):
		v.(reader).read(l, n)
	case p.Kind() == reflect.Slice:
		if n.shape != list {
			l.add(n.pos, "a list is meant here, not %v", n.shape)
			break
		}
		for _, item := range n.items {
			p.Set(reflect.Append(p, reflect.Zero(p.Type().Elem())))
			decode(l, item, p.Index(p.Len()-1).Addr().Interface())
		}
	case p.Kind() == reflect.Struct:
		decodeStruct(l, n, p)
	}
	if m, ok := v.(interface{ set(Pos, bool) }); ok {
		m.set(n.pos, len(l.errors) > before)
	}
}

func isReader(v any) bool { _, ok := v.(reader); return ok }

func decodeStruct(l *log, n node, p reflect.Value) {
	known := fields(p.Type())
	if n.shape != mapping {
		l.add(n.pos, "a mapping with %s is meant here, not %v", strings.Join(names(known), ", "), n.shape)
		return
	}
	given := map[string]bool{}
	for _, e := range n.pairs {
		given[e.key] = true
		f, ok := find(known, e.key)
		switch {
		case !ok:
			l.add(e.pos, "%s", unknown("key", e.key, names(known)))
		case e.value.shape == empty:
			l.add(e.value.pos, "%s is empty; leave the key out or give it a value", e.key)
		default:
			decode(l, e.value, p.FieldByIndex(f.index).Addr().Interface())
		}
	}
	for _, f := range known {
		if f.required && !given[f.name] {
			l.add(n.pos, "%s is missing: %s", f.name, f.doc)
		}
	}
}

// A field is one key that a struct reads.
type field struct {
	name     string
	doc      string
	required bool
	index    []int
	typ      reflect.Type
}

// fields lists the keys of a struct in the order of its fields, embedded ones
// in their place.
func fields(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case name == "" && f.Anonymous:
			for _, inner := range fields(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				out = append(out, inner)
			}
		case name != "":
			out = append(out, field{
				name: name, doc: f.Tag.Get("jsonschema_description"), required: option != "omitempty",
				index: []int{i}, typ: f.Type,
			})
		}
	}
	return out
}

func find(fs []field, name string) (field, bool) {
	for _, f := range fs {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func names(fs []field) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.name)
	}
	return out
}
