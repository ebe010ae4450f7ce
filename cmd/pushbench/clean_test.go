package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/runner"
)

func TestCleanStopsControlCharacters(t *testing.T) {
	for in, want := range map[string]string{
		"plain\n\ttext — µs ×": "plain\n\ttext — µs ×",
		"\x1b[2Jgone":          `\u001b[2Jgone`,
		"over\rwritten\a":      `over\u000dwritten\u0007`,
		"c1 \u009b31m del\x7f": `c1 \u009b31m del\u007f`,
	} {
		var out bytes.Buffer
		n, err := clean{&out}.Write([]byte(in))
		if out.String() != want || n != len(in) || err != nil {
			t.Errorf("%q: got %q, %d, %v", in, out.String(), n, err)
		}
	}
}

func TestCleanKeepsJSON(t *testing.T) {
	const title = "a \x1b[1m title \u009b with \x7f"
	var out bytes.Buffer
	if err := json.NewEncoder(clean{&out}).Encode(title); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsFunc(strings.TrimSpace(out.String()), steers) {
		t.Errorf("got %q", out.String())
	}
	var back string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != title {
		t.Errorf("read back %q, %v", back, err)
	}
}

func TestProgressElsewhereIsPlainLines(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(clean{&out})
	for block := range 2 {
		for cell := range 3 {
			p.event(runner.Event{Cell: "c", Block: block, Blocks: 2, Done: cell, Cells: 3, Left: time.Minute})
		}
	}
	p.event(runner.Event{Note: "a note\x1b[2J\n"})
	p.clear()
	want := "block 1 of at most 2, 3 cells, at most 1m0s left\nblock 2 of at most 2, 3 cells, at most 1m0s left\na note\\u001b[2J\n"
	if out.String() != want {
		t.Errorf("got %q", out.String())
	}
}

func TestProgressOnATerminalIsOneLine(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out, width: 20}
	p.event(runner.Event{Cell: "strategy=\x1bdirect", Blocks: 2, Cells: 3, Left: time.Minute})
	p.event(runner.Event{Cell: "next", Blocks: 2, Done: 1, Cells: 3, Left: time.Minute})
	p.clear()
	if s := out.String(); strings.Contains(s, "\n") || strings.Count(s, clearLine) != 3 || !strings.HasSuffix(s, clearLine) {
		t.Errorf("got %q", s)
	}
	for _, line := range strings.Split(out.String(), clearLine) {
		if len([]rune(line)) > 19 || strings.ContainsFunc(line, steers) {
			t.Errorf("%q is too long for the terminal or steers it", line)
		}
	}
}
