package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestMistakes gives one file per case and wants these messages, no others.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want []string // line:col: part of the message
	}{
		{"unknown key", "name: a\nmatrx: {message: 64B}\nmatrix: {message: 64B}", []string{`2:1: unknown key "matrx"; did you mean matrix?`}},
		{"unknown factor", "name: a\nmatrix: {mesage: 64B, message: 64B}", []string{`2:10: unknown factor "mesage"; did you mean message?`}},
		{"unknown value", "name: a\nmatrix:\n  strategy: [direct, bufoi]", []string{`3:22: unknown strategy "bufoi"; did you mean bufio?`}},
		{"unknown enum", "name: a\nmatrix: {strategy: bufio, flush: fully}", []string{`2:34: unknown flush "fully"; did you mean full?`}},
		{"far off", "name: a\nmatrix: {strategy: quicksilver}", []string{`2:20: unknown strategy "quicksilver"; there are direct, rawwrite, bufio, writev`}},
		{"unknown network", "name: a\nmatrix: {network: lopback}", []string{`2:19: unknown network "lopback"; did you mean loopback?`}},
		{"network far off", "name: a\nmatrix: {network: quicksilver}", []string{`2:19: unknown network "quicksilver"; there are loopback, veth, emulated, lan`}},
		{"no profile there", "name: a\nmatrix: {network: gone.yaml}", []string{"2:19: open gone.yaml"}},
		{"rtt of veth", "name: a\ncases: [{network: veth, rtt: 10ms}]", []string{"2:25: rtt has no effect here: it needs network: emulated"}},
		{"bandwidth", "name: a\nmatrix: {network: emulated, bandwidth: [10mbit, 10bit]}", []string{"2:49: a bandwidth of 10 bit is less than the least, 1 kbit"}},
		{"much loss", "name: a\nmatrix: {network: emulated, loss: 101%}", []string{"2:35: loss 101 % is too much; at most 50 %"}},
		{"long rtt", "name: a\nmatrix: {network: emulated, rtt: 2m}", []string{"2:34: rtt 2 m is too much; at most 1 m"}},
		{"small message", "name: a\nmatrix: {message: [64B, 8B]}", []string{"2:25: message 8 B is too little; at least 16 B is meant"}},
		{"large message", "name: a\nmatrix: {message: 1GiB}", []string{"2:19: message 1 GiB is too much; at most 16 MiB"}},
		{"no unit", "name: a\nmatrix: {message: 64}", []string{`2:19: message: "64" has no unit; write a size such as 64B`}},
		{"wrong unit", "name: a\nmatrix: {message: 64ms}", []string{`2:19: message: "64ms" has the unit "ms"; a size has one of B, KiB`}},
		{"negative", "name: a\nmatrix: {message: -64B}", []string{`2:19: message: "-64B" is negative`}},
		{"count with unit", "name: a\nmatrix: {connections: 4B}", []string{`2:23: connections: "4B" has a unit`}},
		{"no bool", "name: a\nmatrix: {nodelay: yes}", []string{`2:19: unknown nodelay "yes"; there are true, false`}},
		{"free word", "name: a\nmatrix: {congestion: 'c u b'}", []string{`2:22: "c u b" is no congestion: TCP congestion control`}},
		{"value twice", "name: a\nmatrix: {message: [1KiB, 1024B]}", []string{"2:26: message 1 KiB is in the list already"}},
		{"key twice", "name: a\nmatrix:\n  message: 64B\n  message: 1KiB", []string{"4:3: message is written twice; it is on line 3 already"}},
		{"nested list", "name: a\nmatrix: {message: [[64B]]}", []string{"2:20: a single value is meant here, not a list"}},
		{"empty list", "name: a\nmatrix: {message: []}", []string{"2:19: message has no values"}},
		{"empty value", "name: a\nmatrix: {message: }", []string{"2:18: message is empty"}},
		{"empty key", "name: a\nmatrix:\n", []string{"2:9: matrix is empty", "0:0: no cells; give a matrix or cases"}},
		{"no name", "title: x\nmatrix: {message: 64B}", []string{"1:1: name is missing"}},
		{"bad name", "name: A/B\nmatrix: {message: 64B}", []string{`1:7: "A/B" is no name`}},
		{"not a mapping", "- a\n- b", []string{"1:1: a mapping with name, title, server, servers, matrix"}},
		{"matrix is a list", "name: a\nmatrix: [64B]", []string{"2:9: a mapping of factors to values is meant here, not a list"}},
		{"cases is no list", "name: a\ncases: {message: 64B}", []string{"2:9: a list is meant here, not a mapping", "0:0: no cells"}},
		{"list in a case", "name: a\ncases: [{message: [64B]}]", []string{"2:19: message has one value here; lists of values belong in a matrix"}},
		{"no cells", "name: a", []string{"0:0: no cells; give a matrix or cases"}},

		{"gathering over a library", "name: a\nmatrix: {transport: sse, strategy: [bufio, writev]}", []string{"2:44: strategy writev keeps what is written until it is flushed, and the library of transport sse"}},
		{"gathering over ws", "name: a\nmatrix: {transport: ws, strategy: [more]}", []string{"2:36: strategy more keeps what is written until it is flushed, and the library of transport ws uses that memory again at once; take ws_prepared"}},
		{"socket under records", "name: a\nmatrix:\n  tls: [none, above]\n  strategy: [direct, cork]", []string{"4:22: strategy cork works on the socket itself and cannot stand above the records of TLS"}},
		{"gathering records", "name: a\nmatrix: {tls: below, strategy: writev}", []string{"2:32: strategy writev keeps what is written until it is flushed, and crypto/tls"}},
		{"no room for a text header", "name: a\nmatrix: {transport: sse, message: [64B, 16B]}", []string{"2:41: a message of 16 B is too small for transport sse"}},
		{"prepared without broadcast", "name: a\ncases:\n  - {transport: ws, ws_prepared: true}", []string{"3:21: ws_prepared has no effect here: it needs transport: ws and audience: broadcast"}},
		{"heartbeat of tcp", "name: a\ncases:\n  - {heartbeat: 1s, load: rate}", []string{"3:6: heartbeat has no effect here: it needs transport: sse"}},

		{"gate of an unknown metric", "name: a\nmatrix: {message: 64B}\ngate: [{metric: speed}]", []string{"3:17: unknown metric \"speed\""}},
		{"gate of no cell", "name: a\nmatrix: {message: 64B}\ngate:\n  - metric: server_cpu_seconds_per_message\n    cells: {message: 1KiB}", []string{"5:13: server_cpu_seconds_per_message: no cell matches message 1 KiB"}},
		{"gate of a maximum", "name: a\nmatrix: {load: rate}\ngate: [{metric: latency_max_seconds}]", []string{"3:17: latency_max_seconds: a maximum has no interval"}},
		{"gate of latencies under saturation", "name: a\nmatrix: {message: 64B}\ngate: [{metric: latency_p99_seconds}]", []string{"3:17: latency_p99_seconds: no cell it matches has latencies"}},
		{"gate of what is neither good nor bad", "name: a\nmatrix: {message: 64B}\ngate: [{metric: read_calls_per_message}]", []string{"3:17: read_calls_per_message: the load determines it in no cell it matches, and neither way is better"}},
		{"gate with too much confidence", "name: a\nmatrix: {message: 64B}\ngate: [{metric: write_calls_per_message, confidence: 100%, least_difference: 5, max_time: 5m}]", []string{"3:54: 100 % is too much; at most 99.99 %", "3:78: \"5\" has no unit"}},
		{"gate without a metric", "name: a\nmatrix: {message: 64B}\ngate: [{cells: {message: 64B}}]", []string{"3:9: metric is missing"}},

		{"buffer without use", "name: a\ncases:\n  - {strategy: direct, buffer: 4KiB}", []string{"3:24: buffer has no effect here: it needs a strategy that holds bytes back"}},
		{"window without use", "name: a\ncases:\n  - {strategy: bufio, flush: full, window: 1ms}", []string{"3:36: window has no effect here: it needs flush: window"}},
		{"window of direct", "name: a\ncases:\n  - {strategy: direct, flush: window, window: 1ms}", []string{"3:24: flush has no effect", "3:39: window has no effect here: it needs flush: window"}},
		{"rate when saturated", "name: a\nmatrix: {message: 64B}\nload: {rate: 500/s}", []string{"3:8: rate has no effect here: it needs load: rate"}},
		{"mode for load", "name: a\nmatrix: {message: 64B}\nload: {mod: rate}", []string{`3:8: unknown factor "mod"; did you mean mode?`}},
		{"load twice", "name: a\nmatrix: {connections: [1, 4]}\nload: {connections: 2}", []string{"2:10: connections is given in load and in matrix"}},
		{"opposites", "name: a\nmatrix:\n  quickack: [true]\n  delayed_ack: [false, true]", []string{"4:24: quickack and delayed_ack are opposites; exclude it or change it"}},
		{"threshold", "name: a\nmatrix:\n  strategy: bufio\n  flush: window\n  buffer: 1KiB\n  threshold: [512B, 2KiB]", []string{"6:21: threshold 2 KiB can never be reached in a buffer of 1 KiB; exclude it or change it"}},
		{"replay of nothing", "name: a\nmatrix: {strategy: direct}\nload: {mode: replay}", []string{"3:14: load replay needs a file"}},
		{"replay of no file", "name: a\nmatrix: {strategy: direct}\nload: {mode: replay, replay: no/such.csv}", []string{`3:30: replay: open no/such.csv`}},
		{"replay with a comma", "name: a\nmatrix: {strategy: direct}\nload: {mode: replay, replay: 'a,b'}", []string{`3:30: "a,b" is no replay`}},
		{"useless exclude", "name: a\nmatrix: {strategy: [direct, bufio]}\nexclude: [{strategy: writev}]", []string{"3:12: excludes no cell"}},
		{"all excluded", "name: a\nmatrix: {strategy: [direct, bufio]}\nexclude: [{nodelay: true}]", []string{"3:12: no cells are left"}},
		{"too many", "name: a\nmatrix: {message: [" + sizes(101) + "], buffer: [" + sizes(100) + "]}", []string{"2:10: more than 10000 cells"}},

		{"over budget", "name: a\nmatrix: {message: [64B, 1KiB]}\nmeasure: {window: 5s, budget: 20s}", []string{"3:31: 6 blocks of 2 cells take about 1m3s, which is over the budget of 20 s"}},
		{"over the usual budget", "name: a\nmatrix: {message: [64B, 1KiB]}\nmeasure: {window: 2m}", []string{"3:11: 6 blocks of 2 cells"}},
		{"blocks", "name: a\nmatrix: {message: 64B}\nmeasure: {blocks: {min: 9, max: 8}}", []string{"3:33: at most 8 blocks and at least 9"}},
		{"no blocks", "name: a\nmatrix: {message: 64B}\nmeasure: {blocks: {min: 0}}", []string{"3:25: 0 is too little; at least 1"}},
		{"until", "name: a\nmatrix: {message: 64B}\nmeasure: {until: 500%, warmup: 1}", []string{"3:18: 500 % is too much; at most 100 %", `3:32: "1" has no unit; write a time such as 50ms`}},

		{"groups and a matrix", "name: a\nmatrix: {message: 64B}\nload: {mode: saturate}\ngroups:\n  - {name: g, matrix: {message: 64B}}", []string{"2:10: matrix stands in a group", "3:8: load stands in a group"}},
		{"group twice", "name: a\ngroups:\n  - {name: g, matrix: {message: 64B}}\n  - {name: g, matrix: {message: 1KiB}}", []string{"4:12: a second group named g"}},
		{"group without cells", "name: a\ngroups:\n  - name: g", []string{"3:5: no cells; give a matrix or cases"}},
		{"group without name", "name: a\ngroups:\n  - matrix: {message: 64B}", []string{"3:5: name is missing"}},

		{"compare what", compare("strategie", "direct", "messages_per_second"), []string{`3:19: unknown factor "strategie"; did you mean strategy?`}},
		{"compare by what", compare("strategy", "direct", "message_per_second"), []string{`3:51: unknown metric "message_per_second"; did you mean messages_per_second?`}},
		{"compare with what", compare("strategy", "drect", "messages_per_second"), []string{`3:35: unknown strategy "drect"; did you mean direct?`}},
		{"base without cell", compare("strategy", "writev", "messages_per_second"), []string{"3:35: no cell has strategy writev to compare with; there are direct, bufio"}},
		{"nothing to compare", compare("nodelay", "true", "messages_per_second"), []string{"3:11: every cell has nodelay true"}},
		{"factor of no cell", compare("rate", "1k/s", "messages_per_second"), []string{"3:19: no cell has a rate: it needs load: rate"}},
		{"latency of saturated cells", compare("strategy", "direct", "latency_p99_seconds"), []string{"3:51: no cell has latency_p99_seconds: it needs an open-loop load"}},
		{"base of none", "name: a\ncases: [{strategy: direct, message: 64B}, {strategy: bufio, message: 1KiB}]\ncompare: {factor: strategy, base: direct, metric: messages_per_second}", []string{"3:11: no cell agrees with one of strategy direct"}},
		{"two bases", "name: a\nmatrix: {strategy: [direct, bufio], flush: [each, full]}\ncompare: {factor: strategy, base: bufio, metric: messages_per_second}", []string{"3:11: strategy=direct,message=64,load=saturate has more than one base"}},
		{"half a comparison", "name: a\nmatrix: {message: 64B}\ncompare: {factor: strategy}", []string{"3:11: base is missing", "3:11: metric is missing"}},

		{"chart kind", chartOf("{kind: troughput, x: message}"), []string{`3:17: unknown kind of chart "troughput"; did you mean throughput?`}},
		{"chart axis", chartOf("{kind: throughput}"), []string{"3:11: a throughput chart needs x"}},
		{"chart of unused factor", chartOf("{kind: throughput, x: window}"), []string{"3:32: no cell has a window: it needs flush: window"}},
		{"chart series", chartOf("{kind: throughput, x: message, series: message}"), []string{"3:49: series and x are both message"}},
		{"chart of latency", chartOf("{kind: latency, x: message, metric: messages_per_second}"), []string{"3:29: a latency chart has percentiles", "3:46: a latency chart takes no metric", "3:17: a latency chart needs cells with an open-loop load"}},
		{"chart of ratios", chartOf("{kind: ratio, x: message}"), []string{"3:17: a ratio chart needs a compare of goodput_bytes_per_second"}},
		{"chart mark", chartOf("{kind: throughput, x: message, mark: high}"), []string{`3:47: "high" is no mark`}},

		{"tab", "name: a\nmatrix:\n\tmessage: 64B", []string{"3:1: not YAML: "}},
		{"open list", "name: a\nmatrix: {message: [64B}", []string{"2:"}},
		{"two documents", "name: a\n---\nname: b", []string{"3:1: a second document"}},
		{"anchor", "name: &n a\ntitle: *n", []string{"1:7: anchors and aliases are not read"}},
		{"merge", "name: a\nmatrix:\n  <<: {message: 64B}", []string{"3:3: anchors and aliases are not read"}},
		{"tag", "name: !!str a", []string{`1:7: "!!str" is not read`}},
		{"empty file", "# nothing\n", []string{"0:0: is empty"}},
		{"nesting", "name: " + strings.Repeat("[", 100000), []string{"1:39: nested more than 32 levels deep"}},
		{"dashes", strings.Repeat("- ", 100000), []string{"1:65: nested more than 32 levels deep"}},
		{"keys", strings.Repeat("k: v\n", maxKeys+1), []string{"20001:2: more than 20000 keys; write the cells as a matrix"}},
		{"binary", "name: \xff", []string{"0:0: is not UTF-8 text"}},
		{"size", "name: a #" + strings.Repeat("x", maxText), []string{"0:0: has more than 1048576 bytes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(c.text))
			var got Errors
			if !errors.As(err, &got) {
				t.Fatalf("Parse = %v, want Errors", err)
			}
			for _, e := range got {
				at := fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.What)
				found := false
				for i, w := range c.want {
					if w != "" && strings.HasPrefix(at, w) {
						c.want[i], found = "", true
						break
					}
				}
				if !found {
					t.Errorf("did not expect\n%v", e)
				}
			}
			for _, w := range c.want {
				if w != "" {
					t.Errorf("missing %q", w)
				}
			}
		})
	}
}

func sizes(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%dB", 16+i))
	}
	return strings.Join(out, ", ")
}

func compare(factor, base, metric string) string {
	return fmt.Sprintf("name: a\nmatrix: {strategy: [direct, bufio]}\ncompare: {factor: %s, base: %s, metric: %s}", factor, base, metric)
}

func chartOf(chart string) string {
	return "name: a\nmatrix: {strategy: [direct, bufio], message: 64B}\ncharts: [" + chart + "]"
}

// TestAllAtOnce wants every mistake of one file, in order, with source and caret.
func TestAllAtOnce(t *testing.T) {
	_, err := Parse("dir/f.yaml", []byte("name: a\nmatrix:\n\n  mesage: [64B]   # x\n  message: [8B, 64]\ncharts:\n  - {kind: pie}\n"))
	want := strings.TrimPrefix(`
dir/f.yaml:4:3: unknown factor "mesage"; did you mean message?
      mesage: [64B]   # x
      ^
dir/f.yaml:5:13: message 8 B is too little; at least 16 B is meant: Payload bytes of a message, its 16-byte header included.
      message: [8B, 64]
                ^
dir/f.yaml:5:17: message: "64" has no unit; write a size such as 64B or 4KiB
      message: [8B, 64]
                    ^
dir/f.yaml:7:12: unknown kind of chart "pie"; there are throughput, ratio, latency, calls, frontier, heatmap, rtt, latency-profiles
      - {kind: pie}
               ^`, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("Parse =\n%v\nwant\n%s", err, want)
	}
}

func TestManyErrorsAreBounded(t *testing.T) {
	_, err := Parse("f.yaml", []byte("name: a\nmatrix:\n  message: ["+strings.Repeat("1, ", 1000)+"]"))
	if err == nil || !strings.Contains(err.Error(), "f.yaml: and 950 more mistakes") || len(err.Error()) > 40000 {
		t.Errorf("Parse = %d bytes", len(err.Error()))
	}
}

func TestLongLineIsCut(t *testing.T) {
	e := Error{File: "f", Pos: Pos{1, 501}, Source: strings.Repeat("a", 500) + "!" + strings.Repeat("b", 500), What: "x"}
	lines := strings.Split(e.Error(), "\n")
	if len(lines) != 3 || len(lines[1]) != 104 || lines[1][len(lines[2])-1] != '!' {
		t.Errorf("got\n%v", e)
	}
}
