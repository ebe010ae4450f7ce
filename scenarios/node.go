package scenarios

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxText is the largest file read, in bytes.
const maxText = 1 << 20

// A shape is what a node looks like.
type shape int

const (
	scalar shape = iota
	list
	mapping
	empty
)

func (s shape) String() string {
	return [...]string{"a value", "a list", "a mapping", "nothing"}[s]
}

// A node is one place of the file: as little of YAML as scenarios use.
type node struct {
	shape shape
	pos   Pos
	text  string  // of a scalar, as written, quotes removed
	items []node  // of a list
	pairs []entry // of a mapping, keys distinct
}

// An entry is one key of a mapping with its value.
type entry struct {
	key   string
	pos   Pos
	value node
}

// parseYAML turns text into nodes. Its mistakes are in the log; ok tells
// whether there is a root to go on with.
func parseYAML(l *log, text []byte) (root node, ok bool) {
	if len(text) > maxText {
		l.add(Pos{}, "has more than %d bytes; a scenario has at most 1 MiB", maxText)
		return node{}, false
	}
	if !utf8.Valid(text) || strings.ContainsRune(string(text), 0) {
		l.add(Pos{}, "is not UTF-8 text; a scenario is a YAML file")
		return node{}, false
	}
	l.lines = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	// The YAML library is given text of any kind, and panics on some.
	defer func() {
		if p := recover(); p != nil {
			l.add(Pos{}, "cannot be read as YAML (%v)", p)
			root, ok = node{}, false
		}
	}()
	tokens := lexer.Tokenize(strings.TrimPrefix(string(text), "\ufeff"))
	if !plain(l, tokens) {
		return node{}, false
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		addYAML(l, err)
		return node{}, false
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			l.add(convert(l, doc.Body).pos, "a second document; a file holds one scenario")
			return node{}, false
		default:
			body = doc.Body
		}
	}
	if body == nil {
		l.add(Pos{}, "is empty; a scenario has a name and a matrix or cases")
		return node{}, false
	}
	return convert(l, body), true
}

func addYAML(l *log, err error) {
	var y yaml.Error
	if errors.As(err, &y) && y.GetToken() != nil {
		l.add(position(y.GetToken()), "not YAML: %s", y.GetMessage())
		return
	}
	l.add(Pos{}, "not YAML: %v", err)
}

// Bounds on what is read. A scenario needs five levels and some hundred keys;
// the parser recurses by the one and takes time by the square of the other.
const (
	maxDepth = 32
	maxKeys  = 20000
)

// plain refuses, before the parser sees them, what scenarios do not use:
// references, which can grow without bound, tags, and excess.
func plain(l *log, tokens token.Tokens) bool {
	depth, dashes, keys, line := 0, 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			l.add(position(t), "anchors and aliases are not read; write the values out")
			return false
		case token.TagType, token.DirectiveType, token.MappingKeyType:
			l.add(position(t), "%q is not read; a scenario is made of plain mappings, lists and values", t.Value)
			return false
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType:
			dashes++
		case token.MappingValueType:
			keys++
		case token.InvalidType:
			l.add(position(t), "not YAML: %s", t.Error)
			return false
		}
		if depth > maxDepth || dashes > maxDepth {
			l.add(position(t), "nested more than %d levels deep", maxDepth)
			return false
		}
		if keys > maxKeys {
			l.add(position(t), "more than %d keys; write the cells as a matrix", maxKeys)
			return false
		}
	}
	return true
}

func position(t *token.Token) Pos {
	if t == nil || t.Position == nil {
		return Pos{}
	}
	return Pos{Line: max(t.Position.Line, 1), Column: max(t.Position.Column, 1)}
}

// convert copies the library's tree, and reports keys written twice.
func convert(l *log, n ast.Node) node {
	switch n := n.(type) {
	case *ast.MappingNode:
		return pairs(l, n.Values)
	case *ast.MappingValueNode:
		return pairs(l, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		out := node{shape: list, pos: position(n.Start)}
		for _, v := range n.Values {
			out.items = append(out.items, convert(l, v))
		}
		return out
	case *ast.NullNode:
		return node{shape: empty, pos: position(n.Token)}
	case *ast.StringNode:
		return node{pos: position(n.Token), text: n.Value}
	case *ast.LiteralNode:
		return node{pos: position(n.Start), text: n.Value.Value}
	case nil:
		return node{shape: empty}
	}
	return node{pos: position(n.GetToken()), text: n.GetToken().Value}
}

func pairs(l *log, values []*ast.MappingValueNode) node {
	out := node{shape: mapping}
	first := map[string]Pos{}
	for _, v := range values {
		key := convert(l, v.Key)
		if out.pos == (Pos{}) {
			out.pos = key.pos
		}
		if key.shape != scalar {
			l.add(key.pos, "a key is one word, not %v", key.shape)
			continue
		}
		if was, twice := first[key.text]; twice {
			l.add(key.pos, "%s is written twice; it is on line %d already", key.text, was.Line)
			continue
		}
		first[key.text] = key.pos
		value := convert(l, v.Value)
		if value.pos == (Pos{}) {
			value.pos = key.pos
		}
		out.pairs = append(out.pairs, entry{key: key.text, pos: key.pos, value: value})
	}
	return out
}
