package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/server/probe"
)

// Nothing that a traced program chooses reaches the terminal unescaped, and what
// nobody could tell is n/a, never 0.
func TestTraceTable(t *testing.T) {
	var out bytes.Buffer
	table := newTraceTable(&out, false)
	p := &probe.Probe{Mechanism: "sampling", Refused: []probe.Refusal{{Mechanism: "tracepoints", Reason: "no\x1b[2J"}}, Missing: map[string]string{"sends": "samples count no calls"}}
	if err := table.start(traced{probe: p, what: "process 1 (\x1b]0;title\x07)", every: time.Second}, time.Now()); err != nil {
		t.Fatal(err)
	}
	var rates []probe.Rate
	for range traceRows + 3 {
		rates = append(rates, probe.Rate{BytesPer: 10})
	}
	if err := table.rates(probe.Reading{Lost: probe.Lost{Sends: 5}}, rates); err != nil {
		t.Fatal(err)
	}
	if err := table.end(traceEnd{Reason: "over"}); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if strings.ContainsAny(text, "\x1b\x07") {
		t.Errorf("control characters: %q", text)
	}
	for _, want := range []string{"not by tracepoints: no", "n/a: sends: samples count no calls", " n/a ", "and 3 more: n/a calls/s, 30 B/s", "lost: 5 sends"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

func TestBar(t *testing.T) {
	for level, want := range map[float64]string{0: "[..........]   0%", 0.46: "[#####.....]  46%", 1.3: "[##########] 130%"} {
		if got := bar(&level); got != want {
			t.Errorf("%v: %q, want %q", level, got, want)
		}
	}
	if got := bar(nil); strings.TrimSpace(got) != "n/a" {
		t.Errorf("%q", got)
	}
}
