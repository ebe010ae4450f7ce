package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Pos is a place in a scenario file; line and column count from 1, columns in
// characters. The zero Pos is the file as a whole.
type Pos struct{ Line, Column int }

// An Error is one mistake: what was written and what was meant.
type Error struct {
	File string
	Pos
	Source string // the line it is on, if it is on one
	What   string
}

// Error is file:line:col: what, then the source line with a caret below the place.
func (e Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.What)
	}
	head := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.What)
	if strings.TrimSpace(e.Source) == "" {
		return head
	}
	line, column := []rune(e.Source), min(e.Column-1, len([]rune(e.Source)))
	const width = 100 // of a terminal, so that the caret stays below its place
	if from := column - width/2; from > 0 && len(line) > width {
		line, column = line[from:], column-from
	}
	if len(line) > width {
		line = line[:width]
	}
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(line[:column]))
	return head + "\n    " + string(line) + "\n    " + indent + "^"
}

// Errors are all mistakes of a file, in the order of their places.
type Errors []Error

// printed bounds what Error prints; the rest is mentioned by number.
const printed = 50

// Error prints the mistakes one below the other.
func (es Errors) Error() string {
	var parts []string
	for _, e := range es[:min(len(es), printed)] {
		parts = append(parts, e.Error())
	}
	if len(es) > printed {
		parts = append(parts, fmt.Sprintf("%s: and %d more mistakes", es[0].File, len(es)-printed))
	}
	return strings.Join(parts, "\n")
}

// A log collects mistakes while reading goes on.
type log struct {
	file   string
	lines  []string
	errors Errors
}

func (l *log) add(at Pos, format string, args ...any) {
	e := Error{File: l.file, Pos: at, What: fmt.Sprintf(format, args...)}
	if at.Line >= 1 && at.Line <= len(l.lines) {
		e.Source = l.lines[at.Line-1]
	}
	l.errors = append(l.errors, e)
}

// refuse adds what is wrong with a value: at its place or, where it names a file
// with mistakes, at theirs.
func (l *log) refuse(at Pos, err error) {
	var inner Errors
	if errors.As(err, &inner) {
		l.errors = append(l.errors, inner...)
		return
	}
	l.add(at, "%v", err)
}

// err is nil or the mistakes so far, sorted, each once.
func (l *log) err() error {
	if len(l.errors) == 0 {
		return nil
	}
	slices.SortStableFunc(l.errors, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	l.errors = slices.Compact(l.errors)
	return l.errors
}
