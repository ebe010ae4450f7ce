package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestProfileURL(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	server := httptest.NewServer(mux)
	defer server.Close()
	dir := t.TempDir()
	var out, said bytes.Buffer
	if s := run(t.Context(), []string{"profile", server.URL, "--seconds", "1", "-o", dir}, nil, &out, &said); s != exitDone {
		t.Fatalf("status %d: %s", s, said.String())
	}
	for _, want := range []string{" of CPU in 1 s\n", "goroutines: ", "threads made so far: ", "heap objects allocated a second: ", "scheduler latency: n/a: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	for name, head := range map[string]string{"cpu.svg": "<svg", "cpu.pprof": "\x1f\x8b"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.HasPrefix(string(b), head) {
			t.Errorf("%s: %.20q %v", name, b, err)
		}
	}
	if s := run(t.Context(), []string{"profile", server.URL + "/elsewhere", "--seconds", "1"}, nil, &out, &said); s != exitFailed || !strings.Contains(said.String(), "net/http/pprof") {
		t.Errorf("status %d: %s", s, said.String())
	}
	if s := run(t.Context(), []string{"profile", "nonsense"}, nil, &out, &said); s != exitUsage {
		t.Errorf("status %d", s)
	}
}

func TestPausesSince(t *testing.T) {
	after := parseMemory([]byte("# NumGC = 5\n# PauseNs = [10 20 30 40]\nNumGC = 9\n# odd\n"))
	for from, want := range map[uint64][]uint64{5: nil, 4: {10}, 2: {10, 30, 40}, 0: {10, 20, 30, 40}, 9: nil} {
		got := pausesSince(memoryStats{figures: map[string]uint64{"NumGC": from}}, after)
		if !slices.Equal(got, want) {
			t.Errorf("since %d: %v, want %v", from, got, want)
		}
	}
}

func FuzzMemory(f *testing.F) {
	f.Add([]byte("# NumGC = 5\n# PauseNs = [10 20]\n"), []byte("# NumGC = 9\n# PauseNs = [1]"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		before, after := parseMemory(a), parseMemory(b)
		pausesSince(before, after)
		var out bytes.Buffer
		describeMemory(&out, before, after, 1)
		_, _ = profileTotal(a)
	})
}
