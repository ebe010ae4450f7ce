package server

import (
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// A later flush touches what plan.Injection.Touches says, and nothing else.
func TestInjectedFlush(t *testing.T) {
	in := plan.Injection{Flush: 0.001}
	for flush := range policies {
		v := plan.Values{"strategy": "bufio", "flush": flush, "overflow": "block", "window": 0.002}
		s, err := Config{Factors: v, Inject: in}.settings()
		if err != nil {
			t.Fatal(err)
		}
		if moved := s.window != 2*time.Millisecond; moved != in.Touches(plan.Cell{Factors: v}) {
			t.Errorf("%s: a window of %v", flush, s.window)
		}
	}
}
