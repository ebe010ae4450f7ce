package scenarios

import (
	"regexp"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/loadgen/observe"
)

// arguments are a command's words, as they are handed to it.
type arguments struct{ words []raw }

// maxArguments is far below what systems accept.
const maxArguments = 1000

func (a *arguments) read(l *log, n node) {
	if n.shape != list {
		l.add(n.pos, "a list of words is meant here, such as [./myserver, --addr, '{host}:{port}'], not %v", n.shape)
		return
	}
	if len(n.items) == 0 || len(n.items) > maxArguments {
		l.add(n.pos, "a command has 1 to %d words, not %d", maxArguments, len(n.items))
		return
	}
	for i, item := range n.items {
		var r raw
		if !r.take(l, item) {
			continue
		}
		if i == 0 && r.text == "" {
			l.add(item.pos, "the first word names the program; it is empty")
		}
		a.words = append(a.words, r)
	}
}

func (a arguments) texts() (out []string) {
	for _, w := range a.words {
		out = append(out, w.text)
	}
	return out
}

// environment is a mapping of variables to values.
type environment struct{ values map[string]string }

const variablePattern = `^[A-Za-z_][A-Za-z0-9_]*$`

func (v *environment) read(l *log, n node) {
	if n.shape != mapping {
		l.add(n.pos, "a mapping of variables to values is meant here, not %v", n.shape)
		return
	}
	v.values = map[string]string{}
	for _, e := range n.pairs {
		if !regexp.MustCompile(variablePattern).MatchString(e.key) {
			l.add(e.pos, "%.70q is no environment variable; one has letters, digits and underscores", e.key)
			continue
		}
		var r raw
		if e.value.shape != empty && !r.take(l, e.value) {
			continue
		}
		v.values[e.key] = r.text
	}
}

// An expression is a regular expression.
type expression struct{ raw }

func (x *expression) read(l *log, n node) {
	if !x.take(l, n) {
		return
	}
	if _, err := regexp.Compile(x.text); err != nil {
		l.add(n.pos, "%v", err)
	}
}

// Where a message has its time and its number.
type (
	stampPlace  struct{ raw }
	numberPlace struct{ raw }
)

func (s *stampPlace) read(l *log, n node) {
	if s.take(l, n) {
		_, err := observe.ParseStamp(s.text)
		s.json(l, err)
	}
}

func (s *numberPlace) read(l *log, n node) {
	if s.take(l, n) {
		_, err := observe.ParseNumber(s.text)
		s.json(l, err)
	}
}

// json reports what is no field. Package observe also reads pushbench's header,
// which messages: pushbench stands for here.
func (r *raw) json(l *log, err error) {
	switch {
	case err != nil:
		l.add(r.at, "%v", err)
	case r.text == plan.MessagesPushbench:
		l.add(r.at, "pushbench's own messages are meant by messages: pushbench")
	}
}

type (
	readyWay    struct{ raw }
	messageForm struct{ raw }
)

func (r *readyWay) read(l *log, n node)    { r.name(l, n, "ready", plan.ReadyWays) }
func (m *messageForm) read(l *log, n node) { m.name(l, n, "messages", plan.MessageForms) }
