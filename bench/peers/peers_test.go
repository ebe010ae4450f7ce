package main

import (
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/loadgen/sse"
	"github.com/pushbench/pushbench/results"
)

// Every client but k6, which takes minutes to build, reads what the firehose
// writes and says that it is whole.
func TestClients(t *testing.T) {
	dir := t.TempDir()
	b := bench{rounds: 1, pins: runner.ChoosePins(), warmup: 50 * time.Millisecond, window: 100 * time.Millisecond, out: io.Discard, progress: io.Discard}
	b.programs.self, b.programs.pushbench = filepath.Join(dir, "peers"), filepath.Join(dir, "pushbench")
	for out, from := range map[string]string{b.programs.self: ".", b.programs.pushbench: "../../cmd/pushbench"} {
		build := exec.Command("go", "build", "-buildvcs=false", "-o", out, ".")
		build.Dir = from // each in its own module
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	for _, c := range clients {
		if c.name == "k6" {
			continue
		}
		s, err := b.measure(t.Context(), c)
		if err != nil || s.perCPU <= 0 || s.perWall <= 0 || s.busy <= 0 {
			t.Errorf("%v: %+v, %v", c, s, err)
		}
	}
}

// Batches follow each other without a gap, in both forms.
func TestStreams(t *testing.T) {
	var ws wire.Decoder
	f := newFrames()
	var e wire.TextDecoder
	var parser sse.Parser
	events := newEvents()
	for batch := range 3 {
		first, due := uint64(batch*perBatch), int64(batch+1)
		b := f.batch(first, due)
		for len(b) > 0 {
			if b[0] != 0x82 || b[1] != size {
				t.Fatalf("a frame begins with %x", b[:2])
			}
			ws.Begin(size)
			dues, err := ws.Feed(b[frameHead:frameHead+size], nil)
			if err != nil || len(dues) != 1 || dues[0] != due {
				t.Fatalf("due %v, %v", dues, err)
			}
			b = b[frameHead+size:]
		}
		chunk := events.batch(first, due)
		_, body, _ := bytes.Cut(chunk, []byte("\r\n"))
		if err := parser.Feed(bytes.TrimSuffix(body, []byte("\r\n")), func(v sse.Event) error {
			got, err := e.Message(v.Data)
			if got != due {
				t.Errorf("due %d, not %d", got, due)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	want := wire.Counts{Messages: uint64(3 * perBatch), Bytes: uint64(3 * perBatch * size)}
	if ws.Counts != want || e.Counts != want {
		t.Errorf("%+v and %+v", ws.Counts, e.Counts)
	}
}

func TestBatchesDoNotAllocate(t *testing.T) {
	for name, s := range map[string]stream{"ws": newFrames(), "sse": newEvents()} {
		s.batch(1<<40, 1)                                                           // as long as it gets
		if n := testing.AllocsPerRun(10, func() { s.batch(1<<30, 1<<60) }); n > 1 { // the length of a chunk
			t.Errorf("%s: %v allocations a batch", name, n)
		}
	}
}

// The CPU clock of this process is what getrusage says of it.
func TestCPUClock(t *testing.T) {
	read := func() int64 {
		var u unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := read()
	got, err := cpuClock(unix.Getpid())
	if after := read(); err != nil || got < before-int64(time.Millisecond) || got > after+int64(time.Millisecond) {
		t.Errorf("%d is not from %d to %d: %v", got, before, after, err)
	}
	if _, err := cpuClock(1 << 22); err == nil {
		t.Error("a process beyond the largest process ID has a clock")
	}
}

func TestNothingMeasuredIsAnError(t *testing.T) {
	a := mark{Time: 1e9, Messages: 5, CPU: 1e9}
	for _, b := range []mark{a, {Time: 2e9, Messages: 5, CPU: 2e9}, {Time: 2e9, Messages: 9, CPU: 1e9}} {
		if s, err := between(a, b); err == nil {
			t.Errorf("%+v gave %+v", b, s)
		}
	}
	s, err := between(a, mark{Time: 3e9, Messages: 1005, CPU: 1.5e9})
	if want := (sample{perCPU: 2000, perWall: 500, busy: 0.25}); err != nil || s != want {
		t.Errorf("%+v, %v", s, err)
	}
}

// A client that has not had every message fails its round.
func TestCountsAreCompared(t *testing.T) {
	stop := func() (uint64, error) { return 7, nil }
	for said, ok := range map[string]bool{"echo 7": true, "echo 6": false, "echo many": false, "true": false, "echo 7; exit 1": false} {
		p, err := start("a client", -1, exec.Command("sh", "-c", said))
		if err != nil {
			t.Fatal(err)
		}
		if err := leaveCounting(p, stop); (err == nil) != ok {
			t.Errorf("%s: %v", said, err)
		}
		p.end()
	}
}

func TestDamagedStreamsAreNotTaken(t *testing.T) {
	whole := func() results.Cell {
		m := map[string]results.Metric{"latency_p50_seconds": {Median: 1e-3}, "messages_per_second": {Median: 1e6}}
		for _, name := range []string{"lost_share", "duplicate_share", "reordered_share", "reconnects"} {
			m[name] = results.Metric{}
		}
		return results.Cell{Metrics: m, Factors: plan.Values{}}
	}
	if err := checked(whole()); err != nil {
		t.Error(err)
	}
	for name, damage := range map[string]func(*results.Cell){
		"loss":        func(c *results.Cell) { c.Metrics["lost_share"] = results.Metric{Median: 1e-9} },
		"no sequence": func(c *results.Cell) { delete(c.Metrics, "lost_share") },
		"no latency":  func(c *results.Cell) { delete(c.Metrics, "latency_p50_seconds") },
		"failure":     func(c *results.Cell) { c.Reasons = map[string]int{"reset": 1} },
	} {
		c := whole()
		damage(&c)
		if checked(c) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestTable(t *testing.T) {
	samples := make([][]sample, len(clients))
	for i, c := range clients {
		for range 6 {
			s := sample{perCPU: 12e6, perWall: 12e6, busy: 1}
			if c.name == c.base {
				s = sample{perCPU: 1e6, perWall: 1e6, busy: 1}
			}
			samples[i] = append(samples[i], s)
		}
	}
	var out strings.Builder
	if err := show(&out, samples); err != nil || !strings.Contains(out.String(), "12 (12 to 12) of k6") {
		t.Errorf("%v\n%s", err, &out)
	}
	samples[0] = []sample{{perCPU: 9e6, perWall: 3e6, busy: 1}}
	err := show(io.Discard, samples)
	if err == nil || !strings.Contains(err.Error(), "3.00 million messages/s, less than 4") || !strings.Contains(err.Error(), "9.0 times k6") {
		t.Errorf("missed targets gave %v", err)
	}
}
