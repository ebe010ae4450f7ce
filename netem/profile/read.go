package profile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// An Error is one thing wrong at one place of a file.
type Error struct {
	File         string
	Line, Column int
	Text         string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Text)
}

// Load reads the profile in a file. Traces it names lie relative to the file.
func Load(path string) (*Profile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	open := func(name string) (io.ReadCloser, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		return os.Open(name)
	}
	all, err := Read(path, data, open)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("%s:1:1: %d profiles in the file, want one", path, len(all))
	}
	return all[0], nil
}

// Read reads one profile (a mapping) or several (a list of them). It goes on
// after an error to report all of them at once, each an *Error with its place
// in the file called name. open opens the traces that profiles name.
func Read(name string, data []byte, open func(string) (io.ReadCloser, error)) ([]*Profile, error) {
	r := &reader{file: name, open: open}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, r.syntax(err)
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, &Error{name, 1, 1, "want one YAML document with a profile in it"}
	}
	var all []*Profile
	switch body := file.Docs[0].Body.(type) {
	case *ast.SequenceNode:
		for _, node := range body.Values {
			all = append(all, r.profile(node))
		}
	default:
		all = append(all, r.profile(body))
	}
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return all, nil
}

// A reader walks the syntax tree and collects what is wrong.
type reader struct {
	file string
	open func(string) (io.ReadCloser, error)
	errs []error
}

func (r *reader) syntax(err error) error {
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		p := e.GetToken().Position
		return &Error{r.file, p.Line, p.Column, e.GetMessage()}
	}
	return &Error{r.file, 1, 1, strings.TrimSpace(err.Error())}
}

// fail notes an error at a node.
func (r *reader) fail(node ast.Node, format string, args ...any) {
	e := &Error{File: r.file, Line: 1, Column: 1, Text: fmt.Sprintf(format, args...)}
	if t := node.GetToken(); t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
	}
	r.errs = append(r.errs, e)
}

// A field reads the value of one key.
type field struct {
	name string
	read func(ast.Node)
}

// mapping hands each value of a mapping to its field, in the order of the
// fields, and reports keys that are none. It returns the keys it saw.
func (r *reader) mapping(node ast.Node, what string, fields []field) map[string]ast.Node {
	var pairs []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		r.fail(node, "%s must be a mapping of %s", what, names(fields))
		return nil
	}
	seen := map[string]ast.Node{}
	for _, p := range pairs {
		key := p.Key.GetToken().Value
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == key }) {
			r.fail(p.Key, "%s has no %q: it may have %s", what, clip(key), names(fields))
			continue
		}
		seen[key] = p.Value
	}
	for _, f := range fields {
		if v, ok := seen[f.name]; ok {
			f.read(v)
		}
	}
	return seen
}

func names(fields []field) string {
	var s []string
	for _, f := range fields {
		s = append(s, f.name)
	}
	return strings.Join(s, ", ")
}

// text returns a scalar as written.
func (r *reader) text(node ast.Node) (string, bool) {
	switch node.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.LiteralNode:
		return node.GetToken().Value, true
	}
	r.fail(node, "want a plain value here")
	return "", false
}
