package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/units"
)

// memoryStats are the figures of runtime.MemStats that net/http/pprof writes at the
// end of a heap profile as text. What a server does not write is not among them.
type memoryStats struct {
	figures map[string]uint64
	pauses  []uint64 // ring of the last 256, in ns
}

func (s pprofServer) memory(ctx context.Context) (memoryStats, error) {
	text, err := s.get(ctx, "/heap?debug=1")
	if err != nil {
		return memoryStats{}, err
	}
	return parseMemory(text), nil
}

// parseMemory reads lines such as "# Mallocs = 12" and "# PauseNs = [1 2 3]".
func parseMemory(text []byte) memoryStats {
	m := memoryStats{figures: map[string]uint64{}}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "# "), " = ")
		if !ok || !strings.HasPrefix(line, "# ") {
			continue
		}
		value = strings.TrimSpace(value)
		if name == "PauseNs" {
			for _, f := range strings.Fields(strings.Trim(value, "[]")) {
				if n, err := strconv.ParseUint(f, 10, 64); err == nil {
					m.pauses = append(m.pauses, n)
				}
			}
		} else if n, err := strconv.ParseUint(value, 10, 64); err == nil {
			m.figures[name] = n
		}
	}
	return m
}

// pausesSince returns the pauses between two readings: pause n stands at place
// (n+255) mod 256 of the ring, which holds the last 256.
func pausesSince(before, after memoryStats) (ns []uint64) {
	from, to := before.figures["NumGC"], after.figures["NumGC"]
	size := uint64(len(after.pauses))
	if size == 0 || to < from {
		return nil
	}
	for n := to; n > from && uint64(len(ns)) < size; n-- {
		ns = append(ns, after.pauses[(n+size-1)%size])
	}
	slices.Sort(ns)
	return ns
}

func describeMemory(w io.Writer, before, after memoryStats, span float64) {
	for _, f := range []struct{ name, text string }{
		{"Mallocs", "heap objects allocated a second: %s"}, {"TotalAlloc", "heap bytes allocated a second: %s"}, {"NumGC", "garbage collections a second: %s"},
	} {
		was, ok1 := before.figures[f.name]
		is, ok2 := after.figures[f.name]
		text := "n/a: the server does not say"
		if ok1 && ok2 && is >= was {
			text = units.Number(float64(is-was) / span)
		}
		fmt.Fprintf(w, f.text+"\n", text)
	}
	if heap, ok := after.figures["HeapAlloc"]; ok {
		fmt.Fprintf(w, "heap: %s\n", units.Size(float64(heap)))
	}
	pauses := pausesSince(before, after)
	if len(pauses) == 0 {
		fmt.Fprintln(w, "GC pauses: none in that time")
		return
	}
	at := func(share float64) string {
		return units.Duration(float64(pauses[min(len(pauses)-1, int(share*float64(len(pauses))))]) / 1e9)
	}
	fmt.Fprintf(w, "GC pauses: %d, half below %s, the longest %s\n", len(pauses), at(0.5), at(1))
}

// profileTotal reads the head of a profile as text, "goroutine profile: total 12".
func profileTotal(text []byte) (uint64, error) {
	first, _, _ := strings.Cut(string(text), "\n")
	_, n, ok := strings.Cut(first, "total ")
	if !ok {
		return 0, errors.New("the server sends no profile as text")
	}
	return strconv.ParseUint(strings.TrimSpace(n), 10, 64)
}
