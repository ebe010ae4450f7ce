// Package scenarios reads scenario files and resolves them to plans. The files
// beside it are built in.
package scenarios

import (
	"github.com/pushbench/pushbench/internal/plan"
)

// A Scenario is a file as it was written, without mistakes.
type Scenario struct {
	File  string // where it was read
	Text  string // its source
	Name  string
	Title string
	doc   document
	lines []string
}

// Parse reads a scenario. The error is Errors with every mistake found, those
// of the resolved plan included. filename is for messages alone.
func Parse(filename string, text []byte) (*Scenario, error) {
	l := &log{file: filename}
	s := &Scenario{File: filename, Text: string(text)}
	if root, ok := parseYAML(l, text); ok {
		s.lines = l.lines
		decode(l, root, &s.doc)
		s.Name, s.Title = s.doc.Name.text, s.doc.Title.text
		if s.Title == "" {
			s.Title = s.Name
		}
		if root.shape == mapping {
			s.resolve(l, Options{}, nil)
		}
	}
	if err := l.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// Plan resolves the scenario. The error is Errors, of the options or of what
// they make of the scenario.
func (s *Scenario) Plan(opt Options) (plan.Plan, error) {
	l := &log{file: s.File, lines: s.lines}
	set := opt.overrides(l)
	if err := l.err(); err != nil {
		return plan.Plan{}, err
	}
	p := s.resolve(l, opt, set)
	if err := l.err(); err != nil {
		return plan.Plan{}, err
	}
	return p, nil
}
