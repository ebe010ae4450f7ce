package ownserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"sync"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/usage"
)

// A Host holds one server.
type Host struct {
	cfg    Config
	target *url.URL
	output *output
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the command has ended and been waited for

	mu     sync.Mutex // of starting and closing
	closed bool
}

// New prepares a Host. Close may be called at any time from now on.
func New(cfg Config) (*Host, error) {
	h := &Host{cfg: cfg, ended: make(chan struct{})}
	port, err := h.port()
	if err != nil {
		return nil, err
	}
	fill := func(s string) string { return plan.Fill(s, cfg.Host, port) }
	if h.target, err = url.Parse(fill(cfg.Server.Target)); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	var words []string
	for _, w := range cfg.Server.Command {
		words = append(words, fill(w))
	}
	if len(words) == 0 {
		return nil, errors.New("it has no command")
	}
	h.cmd = exec.Command(words[0], words[1:]...)
	h.cmd.Dir, h.cmd.Env = cfg.Server.Dir, os.Environ()
	for name, value := range cfg.Server.Env {
		h.cmd.Env = append(h.cmd.Env, name+"="+fill(value))
	}
	h.output, err = newOutput(cfg.Server)
	return h, err
}

// port finds a free one where the target leaves it open.
func (h *Host) port() (string, error) {
	u, err := url.Parse(plan.Fill(h.cfg.Server.Target, h.cfg.Host, "0"))
	if err != nil {
		return "", fmt.Errorf("target: %w", err)
	}
	if u.Port() != "0" {
		return u.Port(), nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort(h.cfg.Host, "0"))
	if err != nil {
		return "", fmt.Errorf("no free port: %w", err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// Target is the URL that readers connect to.
func (h *Host) Target() string { return h.target.String() }

// Run measures the server within the window, and returns at its end or when the
// command ends.
func (h *Host) Run(ctx context.Context, times child.Go) Record {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-h.ended:
			stop()
		case <-ctx.Done():
		}
	}()
	rec := Record{Times: times}
	warm, turns := times.Warm()
	if len(times.Turns) > 0 {
		h.pause()
		defer h.resume()
	}
	h.turns(ctx, warm)
	clock.Wait(ctx, times.Begin)
	begin, _ := h.sockets() // an error comes again below
	rec.Begin = Snapshot{Usage: usage.BeginTree(), Time: clock.Now()}
	rec.Slices = h.turns(ctx, turns)
	clock.Wait(ctx, times.End)
	end, err := h.sockets() // soon: the readers leave a little later
	rec.End = Snapshot{Time: clock.Now(), Usage: usage.EndTree()}
	switch first, second, closed := shared(begin, end); {
	case err != nil:
		rec.NoTCP = err.Error()
	case closed > 0:
		rec.NoTCP = fmt.Sprintf("%d of %d connections ended within the window", closed, len(begin))
	default:
		rec.Begin.TCP, rec.End.TCP = first, second
	}
	if h.gone() {
		rec.Ended = fmt.Sprintf("ended in mid-run: %v", h.end())
	}
	return rec
}

// Ended is closed when the command has ended.
func (h *Host) Ended() <-chan struct{} { return h.ended }

// Why tells how the command ended and what it said last.
func (h *Host) Why() error { return fmt.Errorf("ended before the load began: %w", h.end()) }

// gone tells whether the command has ended.
func (h *Host) gone() bool {
	select {
	case <-h.ended:
		return true
	default:
		return false
	}
}

// end tells how the command ended and what it said last.
func (h *Host) end() error {
	h.output.settle()
	how := h.cmd.ProcessState.String()
	if said := h.output.lastLines(); said != "" {
		return fmt.Errorf("%s%s%s", how, Said, said)
	}
	return fmt.Errorf("%s; it said nothing", how)
}

// Close ends the command and all it has started, and stores what it said. It
// returns when nothing of it is left.
func (h *Host) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	h.stop()
	return h.output.store(h.cfg.Log, h.cfg.Title)
}

// begin starts the command, unless Close came first.
func (h *Host) begin() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return child.ErrParentGone
	}
	return h.start()
}

// shared sums both readings over the connections that are in the second one; a
// new one began at nothing. closed counts those that are in the first alone.
func shared(begin, end []socket) (first, second *tcpInfo, closed int) {
	first, second = &tcpInfo{}, &tcpInfo{}
	for _, s := range end {
		second.Add(s.info)
		if i := slices.IndexFunc(begin, s.same); i >= 0 {
			first.Add(begin[i].info)
		}
	}
	for _, s := range begin {
		if !slices.ContainsFunc(end, s.same) {
			closed++
		}
	}
	return first, second, closed
}
