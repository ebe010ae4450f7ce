package chart

import (
	"os"
	"path/filepath"
	"testing"
)

// samples are runs of every shape a chart must cope with.
func samples() map[string]*run {
	holes := bySize([]string{"direct", "bufio", "writev"}, []float64{4096}, []bool{true})
	for i := range holes.s.Cells {
		c := &holes.s.Cells[i]
		m := c.Metrics["goodput_bytes_per_second"]
		switch {
		case c.Factors.Text("strategy") == "bufio" && c.Factors.Number("message") == 256:
			delete(c.Metrics, "goodput_bytes_per_second")
			c.Notes["goodput_bytes_per_second"] = "the link was not up"
		case c.Factors.Text("strategy") == "writev" && c.Factors.Number("message") >= 1024:
			m.Censored = true
			c.Metrics["goodput_bytes_per_second"] = m
		case c.Factors.Text("strategy") == "direct" && c.Factors.Number("message") == 64:
			m.Lo, m.Hi = nil, nil
			c.Metrics["goodput_bytes_per_second"] = m
		}
	}
	return map[string]*run{
		"plain":     bySize([]string{"direct", "bufio", "writev"}, []float64{4096}, []bool{true}),
		"many":      bySize([]string{"direct", "rawwrite", "bufio", "writev", "cork", "more"}, []float64{4096}, []bool{true}),
		"folded":    bySize([]string{"direct", "bufio", "writev"}, []float64{4096}, []bool{true, false}),
		"multiples": bySize([]string{"direct", "bufio", "writev"}, []float64{256, 1024, 4096, 65536}, []bool{true, false}),
		"three":     bySize([]string{"direct", "bufio", "writev"}, []float64{256, 4096, 65536}, []bool{true, false}),
		"buffer":    byBuffer(),
		"holes":     holes,
		"latency":   timed([]string{"direct", "bufio", "writev"}, []float64{1000}, 200_000),
		"rates":     timed([]string{"direct", "bufio", "writev"}, []float64{1000, 10_000, 50_000}, 30_000),
	}
}

// TestLook writes every sample where PUSHBENCH_CHARTS says, for people to see.
func TestLook(t *testing.T) {
	dir := os.Getenv("PUSHBENCH_CHARTS")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, r := range samples() {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(at, 0o755); err != nil {
			t.Fatal(err)
		}
		files, err := Draw(at, r.m, r.s, r.hists)
		if err != nil {
			t.Error(err)
		}
		for _, f := range files {
			t.Log(filepath.Join(at, f))
		}
	}
}
