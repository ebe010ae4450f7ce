package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
)

func TestOneServer(t *testing.T) {
	s, err := Parse("f.yaml", []byte(`
name: a
server:
  command: [./myserver, --addr, '{host}:{port}', -n, 3]
  build: [go, build, .]
  env: {LEVEL: 1, NONE: ''}
  dir: cmd
  target: http://{host}:{port}/events?x=1
  ready: line
  ready_line: ^listening
  timestamp: json:ts:unixms
matrix: {network: [loopback, veth]}
charts: [{kind: latency}]
`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Server{
		Command: []string{"./myserver", "--addr", "{host}:{port}", "-n", "3"}, Build: []string{"go", "build", "."},
		Env: map[string]string{"LEVEL": "1", "NONE": ""}, Dir: "cmd", Target: "http://{host}:{port}/events?x=1",
		Ready: "line", ReadyLine: "^listening", ReadyWithin: 10, Messages: "sse", Timestamp: "json:ts:unixms",
	}
	if d := cmp.Diff(want, p.Servers["own"]); d != "" {
		t.Error(d)
	}
	var ids []string
	for _, c := range p.Cells {
		ids = append(ids, c.ID)
		if !c.Timed() || c.Ours() {
			t.Errorf("%s: timed %v, ours %v", c.ID, c.Timed(), c.Ours())
		}
	}
	if d := cmp.Diff([]string{"server=own", "server=own,network=veth"}, ids); d != "" {
		t.Error(d)
	}
}

func TestServerNeedsNoMatrix(t *testing.T) {
	s, err := Parse("f.yaml", []byte("name: a\nserver: {command: [x, '{port}'], target: 'tcp://{host}:{port}'}"))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := s.Plan(Options{}); err != nil || len(p.Cells) != 1 || p.Servers["own"].Messages != "raw" {
		t.Errorf("%+v, %v", p, err)
	}
}

// two is a scenario of two servers, with more lines behind it.
const two = `name: a
servers:
  old: {command: [./old, '{port}'], target: 'tcp://{host}:{port}'}
  new: {command: [./new, '{port}'], target: 'tcp://{host}:{port}'}
`

func TestServersBesideOurs(t *testing.T) {
	s, err := Parse("f.yaml", []byte(two+`
matrix: {server: [pushbench, old, new], strategy: [direct, bufio], flush: [full], network: [loopback, wpt-3g]}
compare: {factor: server, base: old, metric: goodput_bytes_per_second}
`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, c := range p.Cells {
		n[c.Factors.Text("server")]++
		if _, has := c.Factors["strategy"]; has != c.Ours() {
			t.Errorf("%s: has a strategy: %v", c.ID, has)
		}
	}
	if d := cmp.Diff(map[string]int{"pushbench": 4, "old": 2, "new": 2}, n); d != "" {
		t.Error(d)
	}
}

// TestIdentitiesStay wants the factor to be in no identity of our own server.
func TestIdentitiesStay(t *testing.T) {
	s, err := Parse("f.yaml", []byte("name: a\nmatrix: {message: 64B, server: pushbench}"))
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := s.Plan(Options{}); p.Cells[0].ID != "strategy=direct,message=64,load=saturate" {
		t.Errorf("got %s", p.Cells[0].ID)
	}
}

// one is a scenario with a server that has further keys.
func one(keys string) string {
	return "name: a\nserver:\n  command: [x, '{port}']\n  target: tcp://{host}:{port}\n" + keys
}

func to(target string) string {
	return "name: a\nserver:\n  command: [x, '{port}']\n  target: " + target + "\n"
}

func TestServerMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no command", "name: a\nserver: {target: 'tcp://{host}:1'}", "2:10: command is missing"},
		{"no target", "name: a\nserver: {command: [x]}", "2:10: target is missing"},
		{"command line", "name: a\nserver: {command: x -v, target: 'tcp://{host}:1'}", "2:19: a list of words is meant here"},
		{"empty command", "name: a\nserver: {command: [], target: 'tcp://{host}:1'}", "2:19: a command has 1 to 1000 words, not 0"},
		{"nested command", "name: a\nserver: {command: [[x]], target: 'tcp://{host}:1'}", "2:20: a single value is meant here"},
		{"nameless command", "name: a\nserver: {command: [''], target: 'tcp://{host}:1'}", "2:20: the first word names the program"},
		{"unknown key", one("  comand: [x]\n"), `5:3: unknown key "comand"; did you mean command?`},
		{"ready", one("  ready: udp\n"), `5:10: unknown ready "udp"; `},
		{"ready of tcp", one("  ready: http\n"), "5:10: ready: http needs a target of http://"},
		{"ready line alone", one("  ready_line: x\n"), "5:15: ready_line has no effect here"},
		{"expression", one("  ready: line\n  ready_line: '('\n"), "6:15: error parsing regexp"},
		{"long wait", one("  ready_within: 3d\n"), "5:17: "},
		{"env", one("  env: {A=B: 1}\n"), `5:9: "A=B" is no environment variable`},
		{"env list", one("  env: [A]\n"), "5:8: a mapping of variables to values is meant here"},
		{"messages", one("  messages: xml\n"), `5:13: unknown messages "xml"`},
		{"messages of tcp", one("  messages: sse\n"), "5:13: tcp:// does not carry messages: sse, only raw, lines, pushbench"},
		{"timestamp", one("  messages: lines\n  timestamp: ts\n"), `6:14: timestamp "ts": write json:FIELD:FORMAT`},
		{"sequence of raw", one("  sequence: json:seq\n"), "5:13: sequence has no effect here"},
		{"scheme", to("gopher://{host}:{port}"), `4:11: "gopher://{host}:{port}" is no target: its scheme is "gopher"`},
		{"no URL", to("'{host}:{port}'"), `4:11: "{host}:{port}" is no target`},
		{"no port", to("http://{host}/x"), "4:11: \"http://{host}/x\" has no port"},
		{"large port", to("tcp://{host}:70000"), "4:11: port 70000 is none from 1 to 65535"},
		{"far host", to("http://example.com:80/"), `4:11: host "example.com" is not where the command runs`},
		{"path of tcp", to("tcp://{host}:{port}/x"), "4:11: \"tcp://{host}:{port}/x\" is no target: tcp:// has a host and a port alone"},
		{"user", to("http://me@{host}:{port}/"), "4:11: "},
		{"port untold", "name: a\nserver:\n  command: [x]\n  target: tcp://{host}:{port}\n", "4:11: the target has {port}, and neither command nor env"},
		{"host of loopback", to("tcp://198.18.0.1:{port}"), "4:11: nothing is reached at tcp://198.18.0.1:{port} on network loopback"},
		{"host of a link", to("tcp://127.0.0.1:{port}") + "matrix: {network: veth}\n", "4:11: nothing is reached at tcp://127.0.0.1:{port} on network veth"},
		{"both", two + "server: {command: [x], target: 'tcp://{host}:1'}\n", "5:10: server and servers are both given"},
		{"unknown server", two + "matrix: {server: [old, nw]}\n", `5:24: unknown server "nw"; did you mean new?`},
		{"unused server", two + "matrix: {server: old}\n", "4:3: no cell has server new"},
		{"name of ours", "name: a\nservers:\n  pushbench: {command: [x], target: 'tcp://{host}:1'}\n", "3:3: pushbench is the server of pushbench itself"},
		{"bad name", "name: a\nservers:\n  'a b': {command: [x], target: 'tcp://{host}:1'}\n", `3:3: "a b" is no name of a server`},
		{"list of servers", "name: a\nservers: [x]\n", "2:10: a mapping of names to servers is meant here"},
		{"factor of ours", one("cases: [{strategy: bufio}]\n"), "5:10: strategy has no effect here: it needs pushbench's own server"},
		{"load of ours", one("load: {mode: rate}\n"), "5:8: load has no effect here: it needs pushbench's own server"},
		{"latency", one("charts: [{kind: latency}]\n"), "5:17: a latency chart needs cells with"},
		{"no servers", "name: a\nmatrix: {server: old}\n", `2:18: unknown server "old"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(c.text))
			var got Errors
			if !errors.As(err, &got) {
				t.Fatalf("Parse = %v, want Errors", err)
			}
			for _, e := range got {
				if strings.HasPrefix(fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.What), c.want) {
					return
				}
			}
			t.Errorf("want %q; got\n%v", c.want, err)
		})
	}
}

// TestServerMistakesAllAtOnce wants mistakes of several keys in one pass.
func TestServerMistakesAllAtOnce(t *testing.T) {
	_, err := Parse("f.yaml", []byte("name: a\nserver:\n  command: x\n  ready: udp\n  target: 3\n  bild: [x]\nmatrix: {mesage: 1B}\n"))
	var got Errors
	if !errors.As(err, &got) || len(got) != 5 {
		t.Errorf("got\n%v", err)
	}
}
