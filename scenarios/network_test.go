package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// Quick, a network that dies keeps the time until then, and a window waits for the
// user timeout alone.
func TestQuickBlackout(t *testing.T) {
	s, err := Parse("a.yaml", []byte("name: a\nmeasure: {warmup: 500ms, window: 8s}\nmatrix: {network: [blackout], user_timeout: [0s, 2s]}\nload: {mode: rate}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(Options{Quick: true, Blocks: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Cells {
		want := 8.0
		if c.Factors.Number("user_timeout") > 0 {
			want = 1 + 1.5*2 - 0.5 // dead after 1 s, seen from 500 ms on
		}
		if c.Warmup != 0.5 || float64(c.Window) != want {
			t.Errorf("%s: %v s and %v s, want a window of %v s", c.ID, c.Warmup, c.Window, want)
		}
	}
}

// A profile's file with faults is refused at its own places.
func TestProfileFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "bad.yaml", "name: mine\nrtt: -5ms\nboth:\n  loss: 101%\n")
	write(t, "good.yaml", "name: mine\nrtt: 250ms\n")
	const text = "name: a\nmatrix: {network: [%s], message: 64B}\n"
	_, err := Parse("a.yaml", []byte(strings.ReplaceAll(text, "%s", "bad.yaml")))
	var es Errors
	if !errors.As(err, &es) || len(es) != 2 {
		t.Fatalf("want two mistakes, got %v", err)
	}
	for i, want := range []string{"bad.yaml:2:6: -5ms is not between", "bad.yaml:4:9: 101% is not between"} {
		if got := es[i].Error(); !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	s, err := Parse("a.yaml", []byte(strings.ReplaceAll(text, "%s", "good.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(Options{})
	if err != nil || len(p.Cells) != 1 || p.Cells[0].Factors.Text("network") != "good.yaml" {
		t.Fatalf("%+v, %v", p.Cells, err)
	}
	if w := p.Cells[0].Warmup; w != 5 {
		t.Errorf("the warm-up is %v s, want 20 round trips", w)
	}
	if _, err := s.Plan(Options{Set: []string{"network=bad.yaml"}}); err == nil || !strings.Contains(err.Error(), "bad.yaml:2:6") {
		t.Errorf("--set with faults in the file: %v", err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Clean(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		factors        plan.Values
		warmup, window plan.Seconds
	}{
		{plan.Values{}, 0.2, 0.5},
		{plan.Values{"network": "emulated", "rtt": 0.01}, 0.2, 0.5},
		{plan.Values{"network": "emulated", "rtt": 0.3}, 6, 1.2},
		{plan.Values{"network": "satellite"}, 12, 2.4},
		{plan.Values{"network": "satellite", "load": "rate"}, 1.8, 2.4},
		{plan.Values{"network": "gone.yaml"}, 0.2, 0.5},
	} {
		cell := plan.Cell{Factors: c.factors, Warmup: 0.2, Window: 0.5}
		settle(&cell, settleTrips, windowTrips)
		if cell.Warmup != c.warmup || cell.Window != c.window {
			t.Errorf("%v: warm-up %v and window %v, want %v and %v", c.factors, cell.Warmup, cell.Window, c.warmup, c.window)
		}
	}
	if got := roundTrip(plan.Values{"network": "wpt-3g"}); got != 300*time.Millisecond {
		t.Errorf("the RTT of wpt-3g is %v", got)
	}
}
