package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/flame"
)

var profileCommand = command{
	name:    "profile",
	args:    "URL",
	summary: "Profile a Go server that has net/http/pprof: CPU as a .pprof file and a flame graph, goroutines, threads, garbage collection, allocations. URL is that of its /debug/pprof, or of the server.",
	example: `pushbench profile http://127.0.0.1:6060
pushbench profile http://127.0.0.1:6060/debug/pprof --seconds 10 -o before`,
	flags: func(fs *pflag.FlagSet) {
		fs.Int("seconds", 5, "how long")
		fs.StringP("output", "o", "", "`DIR` for the files (default profiles)")
	},
	run: runProfile,
}

func runProfile(ctx context.Context, inv *invocation) error {
	if len(inv.args) != 1 {
		return usageError("one URL is meant; there are %d arguments", len(inv.args))
	}
	base, err := profileURL(inv.args[0])
	if err != nil {
		return statusError{exitUsage, err}
	}
	seconds, _ := inv.flags.GetInt("seconds")
	if seconds < 1 || seconds > 600 {
		return usageError("--seconds is from 1 to 600")
	}
	dir, _ := inv.flags.GetString("output")
	if dir == "" {
		dir = results.ProfilesDir
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	remote := pprofServer{base: base, client: &http.Client{Timeout: time.Duration(seconds)*time.Second + 30*time.Second}}
	return remote.profile(ctx, inv.stdout, seconds, dir)
}

// profileURL completes the URL of a server to that of its profiles.
func profileURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%q is no URL of a server: write http://HOST:PORT, with the path of net/http/pprof if it is not /debug/pprof", s)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/debug/pprof"
	}
	u.RawQuery, u.Fragment = "", ""
	return strings.TrimRight(u.String(), "/"), nil
}

// A pprofServer is somebody's server with net/http/pprof.
type pprofServer struct {
	base   string
	client *http.Client
}

// maxProfile bounds what a server may send.
const maxProfile = 64 << 20

func (s pprofServer) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxProfile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s%s: %w", s.base, path, err)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s%s: %s; does the server import net/http/pprof?", s.base, path, resp.Status)
	case len(b) > maxProfile:
		return nil, fmt.Errorf("%s%s: more than %s", s.base, path, units.Size(maxProfile))
	}
	return b, nil
}

// profile takes the CPU profile between two looks at the memory.
func (s pprofServer) profile(ctx context.Context, w io.Writer, seconds int, dir string) error {
	before, err := s.memory(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	cpu, err := s.get(ctx, "/profile?seconds="+strconv.Itoa(seconds))
	if err != nil {
		return err
	}
	after, err := s.memory(ctx)
	if err != nil {
		return err
	}
	span := time.Since(began).Seconds()
	root, unit, err := flame.Read(cpu)
	if err != nil {
		return err
	}
	if unit != "nanoseconds" {
		return fmt.Errorf("%s: a profile in %q is no CPU profile", s.base, unit)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	title := fmt.Sprintf("%s of CPU in %d s", units.Duration(float64(root.Value)/1e9), seconds)
	svg, raw := filepath.Join(dir, "cpu.svg"), filepath.Join(dir, "cpu.pprof")
	if err := errors.Join(results.WriteFileAtomic(raw, cpu), results.WriteFileAtomic(svg, flame.SVG(root, title, s.base))); err != nil {
		return err
	}
	fmt.Fprintln(w, title)
	s.counts(ctx, w)
	describeMemory(w, before, after, span)
	fmt.Fprintln(w, "scheduler latency: n/a: net/http/pprof does not tell it; it is in runtime/metrics, /sched/latencies:seconds")
	fmt.Fprintf(w, "%s\n%s\n", raw, svg)
	return nil
}

// counts says how many goroutines and threads there are.
func (s pprofServer) counts(ctx context.Context, w io.Writer) {
	for _, what := range []struct{ name, path string }{{"goroutines", "goroutine"}, {"threads made so far", "threadcreate"}} {
		text, err := s.get(ctx, "/"+what.path+"?debug=1")
		if err == nil {
			var n uint64
			if n, err = profileTotal(text); err == nil {
				fmt.Fprintf(w, "%s: %d\n", what.name, n)
				continue
			}
		}
		fmt.Fprintf(w, "%s: n/a: %v\n", what.name, err)
	}
}
