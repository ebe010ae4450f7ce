// Package jsonfield finds one field in a JSON message without decoding the rest
// and without allocating.
package jsonfield

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Path names a field: a, or a.b for the field b of the object a.
type Path []string

// ParsePath reads the names between dots. Names that hold dots cannot be given.
func ParsePath(s string) (Path, error) {
	p := Path(strings.Split(s, "."))
	for _, name := range p {
		if name == "" || !utf8.ValidString(name) || strings.ContainsRune(name, utf8.RuneError) {
			return nil, fmt.Errorf("field %q: write a name, or names with dots between them for nested objects", s)
		}
	}
	return p, nil
}

func (p Path) String() string { return strings.Join(p, ".") }

// MaxDepth is how deep arrays and objects may be nested.
const MaxDepth = 1000

// Errors of Find.
var (
	ErrNotJSON = errors.New("not JSON")
	ErrNoField = errors.New("no such field")
)

// Find returns the bytes of the field's value in doc. As encoding/json has it,
// the whole document must be JSON (ErrNotJSON), and of fields of one name the
// last counts. ErrNoField is a document without the field.
func (p Path) Find(doc []byte) ([]byte, error) {
	s := scanner{doc: doc}
	s.space()
	found := s.value(p, 0)
	s.space()
	switch {
	case s.bad || s.pos != len(doc):
		return nil, ErrNotJSON
	case found == nil:
		return nil, ErrNoField
	}
	return found, nil
}

// is tells whether a key, as it stands between its quotes, is the name.
func is(key []byte, escaped bool, name string) bool {
	if !escaped {
		return string(key) == name
	}
	quoted := append(append([]byte{'"'}, key...), '"')
	var text string
	return json.Unmarshal(quoted, &text) == nil && text == name
}
