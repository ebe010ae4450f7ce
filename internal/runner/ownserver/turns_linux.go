package ownserver

import (
	"context"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/usage"
)

// pause stops the command's process group until resume. Not reading from the
// server would not do: it would go on until every buffer on the way is full.
func (h *Host) pause()  { h.signal(unix.SIGSTOP) }
func (h *Host) resume() { h.signal(unix.SIGCONT) }

func (h *Host) signal(s unix.Signal) {
	if !h.gone() {
		_ = unix.Kill(-h.cmd.Process.Pid, s) // it may have ended this moment
	}
}

// turns lets the server run in turns and marks their slices.
func (h *Host) turns(ctx context.Context, turns []child.Turn) (out []Slice) {
	pids := usage.Descendants()
	mark := func() Mark { return Mark{CPU: usage.Clocks(pids), Time: clock.Now()} }
	for _, t := range turns {
		clock.Wait(ctx, t.Start)
		h.resume()
		clock.Wait(ctx, t.Begin)
		begin := mark()
		clock.Wait(ctx, t.End)
		out = append(out, Slice{begin, mark()})
		h.pause()
	}
	return out
}
