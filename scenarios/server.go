package scenarios

import (
	"cmp"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
)

// A program is a server of the user's, as it was written.
type program struct {
	mark        `json:"-"`
	Command     arguments   `json:"command" jsonschema_description:"The program and its arguments, a list of words; no shell reads them. It is started anew for every trial."`
	Build       arguments   `json:"build,omitempty" jsonschema_description:"A command that is run once, before the first trial, such as [go, build, -o, myserver, .]."`
	Dir         word        `json:"dir,omitempty" jsonschema_description:"Where both are run, relative to the working directory; there, if left out."`
	Env         environment `json:"env,omitempty" jsonschema_description:"Environment variables beyond those of pushbench, a mapping of names to values."`
	Target      word        `json:"target" jsonschema_description:"The URL that readers connect to: tcp://, http://, https://, h2c:// (HTTP/2 without TLS), ws:// or wss://, with {host} and usually {port} for what the harness picks."`
	Ready       readyWay    `json:"ready,omitempty" jsonschema_description:"When readers may connect: tcp (the port accepts; if left out), http (a GET of the target answers with a status below 500) or line (a line appears on its output)."`
	ReadyLine   expression  `json:"ready_line,omitempty" jsonschema_description:"A regular expression (RE2) that the line of ready: line matches; any line, if left out."`
	ReadyWithin span        `json:"ready_within,omitempty" jsonschema_description:"How long the server may take until then; 10s if left out."`
	Messages    messageForm `json:"messages,omitempty" jsonschema_description:"What its stream is made of: pushbench (length, header and padding as our own server sends them: checked fully), lines, sse, websocket or raw (bytes alone). If left out, what suits the scheme of target: raw, sse or websocket."`
	Timestamp   stampPlace  `json:"timestamp,omitempty" jsonschema_description:"Where a message has the time it was due, for latencies: json:FIELD:FORMAT, such as json:ts:unixms."`
	Sequence    numberPlace `json:"sequence,omitempty" jsonschema_description:"Where a message has its number, for losses: json:FIELD, such as json:seq."`
}

// defaultReadyWithin is in seconds.
const defaultReadyWithin = 10

// onlyServer is the name of the server of a scenario that has just one.
const onlyServer = "own"

// programs are servers by name, in the order they were written.
type programs struct {
	mark
	names []word
	of    map[string]*program
}

func (ps *programs) read(l *log, n node) {
	if n.shape != mapping {
		l.add(n.pos, "a mapping of names to servers is meant here, not %v", n.shape)
		return
	}
	for _, e := range n.pairs {
		switch {
		case e.key == plan.Ours:
			l.add(e.pos, "%s is the server of pushbench itself; choose another name", plan.Ours)
		case !regexp.MustCompile(wordPattern).MatchString(e.key):
			l.add(e.pos, "%.70q is no name of a server; one has letters, digits, dots, dashes and underscores", e.key)
		}
		p := &program{}
		decode(l, e.value, p)
		ps.add(e.key, e.pos, p)
	}
}

func (ps *programs) add(name string, at Pos, p *program) {
	if ps.of == nil {
		ps.of = map[string]*program{}
	}
	ps.names = append(ps.names, word{raw{name, at}})
	ps.of[name] = p
}

// servers are those of the document, the only one under its own name.
func (d *document) servers(l *log) (ps programs) {
	ps = d.Servers
	if d.Server.at == (Pos{}) {
		return ps
	}
	if ps.at != (Pos{}) {
		l.add(d.Server.at, "server and servers are both given; keep one of them")
	}
	ps = programs{}
	ps.add(onlyServer, d.Server.at, &d.Server)
	return ps
}

// known lists what the factor "server" may be.
func (ps programs) known() []string {
	out := []string{plan.Ours}
	for _, n := range ps.names {
		out = append(out, n.text)
	}
	return out
}

// plan checks what one key alone does not tell, and resolves the servers.
func (ps programs) plan(l *log) map[string]plan.Server {
	out := map[string]plan.Server{}
	for _, n := range ps.names {
		p := ps.of[n.text]
		if s := p.plan(l); !p.broken {
			out[n.text] = s
		}
	}
	return out
}

func (p *program) plan(l *log) plan.Server {
	s := plan.Server{
		Command: p.Command.texts(), Build: p.Build.texts(), Dir: p.Dir.text, Env: p.Env.values,
		Target: p.Target.text, Ready: cmp.Or(p.Ready.text, "tcp"), ReadyLine: p.ReadyLine.text,
		ReadyWithin: plan.Seconds(cmp.Or(p.ReadyWithin.value, defaultReadyWithin)),
		Messages:    p.Messages.text, Timestamp: p.Timestamp.text, Sequence: p.Sequence.text,
	}
	if s.ReadyLine != "" && s.Ready != "line" {
		l.add(p.ReadyLine.at, "ready_line has no effect here: it needs ready: line")
	}
	p.target(l, &s)
	if s.Messages == plan.MessagesRaw || s.Messages == plan.MessagesPushbench {
		for _, x := range []struct {
			key string
			raw
		}{{"timestamp", p.Timestamp.raw}, {"sequence", p.Sequence.raw}} {
			if x.text != "" {
				l.add(x.at, "%s has no effect here: messages: %s are not read as JSON", x.key, s.Messages)
			}
		}
	}
	return s
}

// forms are the messages that each scheme of a target can carry; the first is
// meant where the file says nothing.
var forms = map[string][]string{
	"tcp":   {plan.MessagesRaw, plan.MessagesLines, plan.MessagesPushbench},
	"http":  {plan.MessagesSSE},
	"https": {plan.MessagesSSE},
	"h2c":   {plan.MessagesSSE},
	"ws":    {plan.MessagesWebSocket},
	"wss":   {plan.MessagesWebSocket},
}

// linkHost is the server's address on every network but loopback.
const linkHost = "198.18.0.1"

// A target stands on this machine: a scenario is no means to load another's.
var targetHosts = []string{"{host}", "127.0.0.1", "localhost", "::1", linkHost}

// target checks the URL, and what follows from it.
func (p *program) target(l *log, s *plan.Server) {
	at := p.Target.at
	if s.Target == "" {
		return // reported while reading
	}
	// Braces are no part of a URL; words of the same kind stand in for them.
	u, err := url.Parse(plan.Fill(s.Target, "127.0.0.1", "1"))
	switch {
	case err != nil:
		l.add(at, "%.100q is no target: %v; write one such as tcp://{host}:{port}", s.Target, err)
		return
	case forms[u.Scheme] == nil:
		l.add(at, "%.100q is no target: its scheme is %q, and there are %s", s.Target, u.Scheme, strings.Join(slices.Sorted(maps.Keys(forms)), ", "))
		return
	case u.User != nil || u.Fragment != "":
		l.add(at, "%.100q is no target: it has a user or a fragment; leave them out", s.Target)
	case u.Scheme == "tcp" && (u.Path != "" || u.RawQuery != ""):
		l.add(at, "%.100q is no target: tcp:// has a host and a port alone", s.Target)
	}
	p.address(l, s, u)
	known := forms[u.Scheme]
	s.Messages = cmp.Or(s.Messages, known[0])
	if !slices.Contains(known, s.Messages) {
		l.add(cmp.Or(p.Messages.at, at), "%s:// does not carry messages: %s, only %s", u.Scheme, s.Messages, strings.Join(known, ", "))
	}
	if s.Ready == "http" && (u.Scheme == "tcp" || u.Scheme == "h2c") {
		l.add(p.Ready.at, "ready: http needs a target of http://, https://, ws:// or wss://")
	}
}

// address checks host and port. u is the target with its placeholders filled.
func (p *program) address(l *log, s *plan.Server, u *url.URL) {
	at := p.Target.at
	_, rest, _ := strings.Cut(s.Target, "://")
	authority, _, _ := strings.Cut(rest, "/")
	written, _, err := net.SplitHostPort(authority)
	port, _ := strconv.Atoi(u.Port())
	switch {
	case err != nil || u.Port() == "":
		l.add(at, "%.100q has no port; write {port}, which the harness picks, or a number", s.Target)
	case port < 1 || port > 65535:
		l.add(at, "port %s is none from 1 to 65535", u.Port())
	case !slices.Contains(targetHosts, written):
		l.add(at, "host %.60q is not where the command runs; write {host}, which is its address in each network", written)
	}
	if len(s.Command) > 0 && strings.Contains(s.Target, "{port}") && !p.mentions("{port}") {
		l.add(at, "the target has {port}, and neither command nor env: the server would not know which port is meant")
	}
}

// mentions tells whether the command is told something.
func (p *program) mentions(what string) bool {
	has := func(s string) bool { return strings.Contains(s, what) }
	return slices.ContainsFunc(p.Command.texts(), has) || slices.ContainsFunc(slices.Collect(maps.Values(p.Env.values)), has)
}
