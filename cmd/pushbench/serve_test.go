package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A lineWriter lets a test wait for what a command says.
type lineWriter struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

// find waits for a line and returns its first group.
func (w *lineWriter) find(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		m := re.FindStringSubmatch(w.text.String())
		text := w.text.String()
		w.mu.Unlock()
		if m != nil {
			return m[1]
		}
		if time.Now().After(end) {
			t.Fatalf("nothing matches %s:\n%s", pattern, text)
		}
	}
}

// served runs pushbench serve in this process until the test is over.
func served(t *testing.T, flags ...string) *lineWriter {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	said, done := &lineWriter{}, make(chan int, 1)
	go func() {
		done <- run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...), strings.NewReader(""), io.Discard, said)
	}()
	t.Cleanup(func() {
		cancel()
		if status := <-done; status != exitDone {
			t.Errorf("status %d:\n%s", status, said.text.String())
		}
	})
	said.find(t, "(Ctrl-C ends)")
	return said
}

// What `load` finds of what `serve` sends: nothing is lost, every message has a
// time, and with --clock the error of each latency has a bound.
func TestLoadOfServe(t *testing.T) {
	for _, tt := range []struct {
		name  string
		serve []string
		at    string // what serve says of the target
		query string
		load  []string
	}{
		{"sse json", nil, "http://.*/stream", "?format=json", []string{"--timestamp", "json:ts:unixns", "--sequence", "json:seq"}},
		{"sse json by default", []string{"--format", "json", "--strategy", "bufio", "--flush", "idle"}, "http://.*/stream", "", []string{"--timestamp", "json:ts:unixns", "--sequence", "json:seq"}},
		{"sse", nil, "http://.*/stream", "", []string{"--timestamp", "pushbench"}},
		{"ws json", nil, "ws://.*/ws", "?format=json", []string{"--timestamp", "json:ts:unixns", "--sequence", "json:seq"}},
		{"ws", []string{"--strategy", "rawwrite"}, "ws://.*/ws", "", []string{"--timestamp", "pushbench"}},
		{"wss", []string{"--tls", "self", "--strategy", "bufio"}, "wss://.*/ws", "", []string{"--timestamp", "pushbench", "--insecure"}},
		{"https", []string{"--tls", "self"}, "https://.*/stream", "", []string{"--timestamp", "pushbench", "--insecure"}},
		{"tcp", []string{"--transport", "tcp", "--strategy", "writev", "--flush", "idle"}, `tcp://\S*`, "", []string{"--timestamp", "pushbench"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said := served(t, append([]string{"--rate", "200/s", "--message", "100B", "--clock", "127.0.0.1:0"}, tt.serve...)...)
			target, clock := said.find(t, "^stream at ("+tt.at+")"), said.find(t, "^clock at (.*)$")
			args := append([]string{"load", "--target", target + tt.query, "--clock", clock, "--connections", "3", "--duration", "400ms", "--json"}, tt.load...)
			status, out, errs := invoke(t, args...)
			if status != exitDone {
				t.Fatalf("status %d: %s", status, errs)
			}
			var summary struct {
				Cells []struct {
					Metrics  map[string]struct{ Median float64 }
					Warnings []string
				}
			}
			if err := json.Unmarshal([]byte(out), &summary); err != nil {
				t.Fatal(err)
			}
			cell := summary.Cells[0]
			m := func(name string) float64 {
				v, ok := cell.Metrics[name]
				if !ok {
					t.Errorf("no %s", name)
				}
				return v.Median
			}
			if m("messages_per_second") <= 0 || m("lost_share") != 0 || m("latency_p50_seconds") < 0 || m("clock_bound_seconds") <= 0 || m("connected_share") != 1 {
				t.Errorf("%+v", cell)
			}
			for _, w := range cell.Warnings {
				if strings.Contains(w, "cannot be read") || strings.Contains(w, "before they were sent") {
					t.Error(w)
				}
			}
		})
	}
}
