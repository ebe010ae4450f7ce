package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/server/probe"
)

// traceRows is how many connections a table shows; those left out are summed.
const traceRows = 20

// traceTable writes a table for each interval, on a terminal of its own over the
// last one.
type traceTable struct {
	w      io.Writer
	redraw bool
	drawn  int // lines of the last table
	fd     int
}

func newTraceTable(w io.Writer, redraw bool) *traceTable {
	t := &traceTable{w: w}
	if f, ok := w.(*os.File); ok && redraw && term.IsTerminal(int(f.Fd())) {
		t.redraw, t.fd = true, int(f.Fd())
	}
	return t
}

// say writes text in which nothing steers the terminal.
func (t *traceTable) say(format string, args ...any) error {
	_, err := fmt.Fprintln(t.w, printable(fmt.Sprintf(format, args...)))
	return err
}

func (t *traceTable) start(tr traced, _ time.Time) error {
	lines := []string{fmt.Sprintf("watching %s by %s, every %v", tr.what, tr.probe.Mechanism, tr.every)}
	for _, r := range tr.probe.Refused {
		lines = append(lines, fmt.Sprintf("not by %s: %s", r.Mechanism, r.Reason))
	}
	reasons := map[string][]string{}
	for name, why := range tr.probe.Missing {
		reasons[why] = append(reasons[why], name)
	}
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		slices.Sort(reasons[why])
		lines = append(lines, fmt.Sprintf("n/a: %s: %s", strings.Join(reasons[why], ", "), why))
	}
	return t.say("%s", strings.Join(lines, "\n"))
}

func (t *traceTable) rates(r probe.Reading, rates []probe.Rate) error {
	rows, width := traceRows, 0
	if t.redraw {
		if w, h, err := term.GetSize(t.fd); err == nil {
			rows, width = max(1, min(rows, h-4)), w
		}
	}
	lines := []string{traceHead}
	for i, rate := range rates {
		if i == rows {
			lines = append(lines, others(rates[rows:]))
			break
		}
		lines = append(lines, traceRow(rate))
	}
	if len(rates) == 0 {
		lines = []string{"no connection has sent yet"}
	}
	if r.Lost.Any() {
		lines = append(lines, lostLine(r.Lost))
	}
	return t.draw(lines, width)
}

// draw writes the lines, on a terminal over those before.
func (t *traceTable) draw(lines []string, width int) error {
	var b strings.Builder
	if t.redraw && t.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\x1b[J", t.drawn)
	}
	for _, l := range lines {
		l = printable(l)
		if width > 0 {
			l = clip(l, width-1)
		}
		b.WriteString(l + "\n")
	}
	t.drawn = len(lines)
	_, err := io.WriteString(t.w, b.String())
	return err
}

const traceHead = "connection                                     calls/s    B/call       B/s  send buffer        >0.9  in flight    unsent      sRTT  resent"

func traceRow(r probe.Rate) string {
	c := r.Conn
	name := fmt.Sprintf("%s > %s", c.Local, c.Remote)
	if c.Closed {
		name += " closed"
	}
	return fmt.Sprintf("%-44s %9s %9s %9s  %s %5s  %9s %9s %9s %7d", name, number(r.CallsPer), number(r.BytesPerCall), units.Number(r.BytesPer),
		bar(r.Level), percent(r.HighShare), units.Size(float64(c.Path.InFlight)), units.Size(float64(c.Path.Unsent)), units.Duration(c.Path.SRTT), r.Retransmits)
}

// bar shows how full the send buffer is.
func bar(level *float64) string {
	const cells = 10
	if level == nil {
		return "n/a             "
	}
	full := min(cells, int(*level*cells+0.5))
	return fmt.Sprintf("[%s%s] %4s", strings.Repeat("#", full), strings.Repeat(".", cells-full), percent(level))
}

func number(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return units.Number(*v)
}

func percent(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return fmt.Sprintf("%.0f%%", 100**v)
}

// others sums the connections that have no row.
func others(rates []probe.Rate) string {
	var calls, bytes float64
	var resent uint64
	counted := true
	for _, r := range rates {
		if r.CallsPer == nil {
			counted = false
		} else {
			calls += *r.CallsPer
		}
		bytes += r.BytesPer
		resent += r.Retransmits
	}
	sum := &calls
	if !counted {
		sum = nil
	}
	return fmt.Sprintf("and %d more: %s calls/s, %s, %d resent", len(rates), number(sum), units.Rate(bytes), resent)
}

func lostLine(l probe.Lost) string {
	return fmt.Sprintf("lost: %d sends on connections beyond --max-connections, %d processes started, %d runs left out by the kernel", l.Sends, l.Forks, l.Missed)
}

func (t *traceTable) end(e traceEnd) error {
	c := e.Total
	lines := []string{fmt.Sprintf("%s after %s: %d connections, %s", e.Reason, units.Duration(float64(e.Seconds)), e.Connections, units.Size(float64(c.Bytes)))}
	if c.Calls != nil {
		took := max(1, c.Calls.Sends-c.Calls.EAGAIN-c.Calls.Failed)
		lines[0] += fmt.Sprintf(" in %d calls, %s a call, %d EAGAIN, %d failed", c.Calls.Sends, units.Size(float64(c.Bytes/took)), c.Calls.EAGAIN, c.Calls.Failed)
	}
	if p := c.Pieces; p != nil {
		lines = append(lines, fmt.Sprintf("%d calls took a part, %d were vectored, %d buffers, %d coalesced with a waiting segment, %d overlapped", p.Partial, p.Vectored, p.Buffers, p.Coalesced, p.Overlapped))
	}
	if l := c.Buffer.Levels; l.Total() > 0 {
		lines = append(lines, fmt.Sprintf("send buffer: half of the time at most %.0f%% full, 99 %% of it at most %.0f%%, at most %.0f%%; %.1f%% of the time above 90%%", 100*l.Percentile(50), 100*l.Percentile(99), 100*c.Buffer.MaxLevel, 100*l.Above(probe.High)))
	}
	lines = append(lines, fmt.Sprintf("%d data segments, %d of them again", c.Path.DataSegments, c.Path.Retransmits))
	if e.Lost.Any() {
		lines = append(lines, lostLine(e.Lost))
	}
	return t.say("%s", strings.Join(lines, "\n"))
}
