package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/server"
)

// A half is one side of a trial, run in this process.
type half struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *bufio.Reader
	done chan error
}

func newHalf(t *testing.T, run func(*child.Parent) error) *half {
	in, inW := io.Pipe()
	outR, out := io.Pipe()
	h := &half{t: t, in: inW, out: bufio.NewReader(outR), done: make(chan error, 1)}
	go func() {
		h.done <- run(child.Attach(in, out, func() {}))
		out.Close()
	}()
	t.Cleanup(func() { inW.Close() })
	return h
}

func (h *half) send(v any) {
	h.t.Helper()
	if err := json.NewEncoder(h.in).Encode(v); err != nil {
		h.t.Fatal(err)
	}
}

func (h *half) receive(v any) {
	h.t.Helper()
	line, err := h.out.ReadBytes('\n')
	if err != nil {
		h.t.Fatal(err)
	}
	if err := json.Unmarshal(line, v); err != nil {
		h.t.Fatalf("%q: %v", line, err)
	}
}

func serveHalf(t *testing.T) *half {
	return newHalf(t, func(p *child.Parent) error { return serveTrial(t.Context(), p) })
}

func loadHalf(t *testing.T) *half {
	return newHalf(t, func(p *child.Parent) error { return loadTrial(t.Context(), p) })
}

// factors need nothing of the machine: reno is in every kernel.
var factors = plan.Values{"strategy": "bufio", "flush": "idle", "message": 64.0, "load": "rate", "rate": 1000.0, "connections": 3.0, "congestion": "reno"}

func TestBothHalvesOfATrial(t *testing.T) {
	defer goleak.VerifyNone(t)
	s, g := serveHalf(t), loadHalf(t)
	var up child.Ready
	s.send(server.Config{Listen: "127.0.0.1:0", Factors: factors, Grace: 5})
	s.receive(&up)
	g.send(loadgen.Config{Target: up.Addr, Factors: factors, Grace: 5})
	g.receive(&child.Ready{})
	s.receive(&child.Ready{})
	begin := clock.Now() + int64(20*time.Millisecond)
	end := begin + int64(100*time.Millisecond)
	times := child.Go{Start: clock.Now(), Begin: begin, End: end, Stop: end + int64(20*time.Millisecond)}
	s.send(times)
	g.send(times)
	var srv server.Record
	var gen loadgen.Record
	s.receive(&srv)
	g.receive(&gen)
	if srv.Sent == 0 || srv.Sent != gen.Received.Messages || srv.Failed+gen.Failed > 0 || gen.Received.Lost+gen.Received.Corrupt > 0 {
		t.Errorf("server %+v\ngenerator %+v", srv, gen)
	}
	if err := errors.Join(<-s.done, <-g.done); err != nil {
		t.Error(err)
	}
	s.in.Close()
	g.in.Close()
}

func TestPortTaken(t *testing.T) {
	defer goleak.VerifyNone(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := serveHalf(t)
	s.send(server.Config{Listen: l.Addr().String(), Factors: factors})
	var up child.Ready
	s.receive(&up)
	if !strings.Contains(up.Error, l.Addr().String()) || !strings.Contains(up.Error, "in use") {
		t.Errorf("said %q", up.Error)
	}
	if err := <-s.done; err != nil {
		t.Error(err)
	}
	s.in.Close()
}

func TestNobodyListens(t *testing.T) {
	defer goleak.VerifyNone(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	g := loadHalf(t)
	g.send(loadgen.Config{Target: l.Addr().String(), Factors: factors})
	var up child.Ready
	g.receive(&up)
	if !strings.Contains(up.Error, "connection ") || !strings.Contains(up.Error, "refused") {
		t.Errorf("said %q", up.Error)
	}
	if err := <-g.done; err != nil {
		t.Error(err)
	}
	g.in.Close()
}

func TestConfigurationIsNoJSON(t *testing.T) {
	defer goleak.VerifyNone(t)
	for name, h := range map[string]*half{"server": serveHalf(t), "generator": loadHalf(t)} {
		if _, err := io.WriteString(h.in, "{\n"); err != nil {
			t.Fatal(err)
		}
		if err := <-h.done; err == nil || !strings.Contains(err.Error(), "configuration on standard input") {
			t.Errorf("%s: %v", name, err)
		}
		h.in.Close()
	}
}

func TestParentGone(t *testing.T) {
	defer goleak.VerifyNone(t)
	for name, h := range map[string]*half{"server": serveHalf(t), "generator": loadHalf(t)} {
		h.in.Close()
		if err := <-h.done; !errors.Is(err, child.ErrParentGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
