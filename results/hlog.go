package results

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// WriteLatencyLog replaces latency.hlog: an HdrHistogram log (format 1.3) with
// one interval a timed cell, the merged histogram of its usable trials in
// nanoseconds, tagged by the cell (CellTag). Without timed cells it holds the
// head alone.
func (r *Run) WriteLatencyLog() error {
	b, err := latencyLog(r.Manifest, Usable(r.Trials))
	if err != nil {
		return fmt.Errorf("%s: %w", LatencyFile, err)
	}
	return WriteFileAtomic(r.path(LatencyFile), b)
}

func latencyLog(m Manifest, usable map[string][]Trial) ([]byte, error) {
	var b bytes.Buffer
	w := hdrhistogram.NewHistogramLogWriter(&b)
	// Writing to memory cannot fail.
	_ = w.OutputComment("[pushbench " + m.Version + ", scenario " + m.Plan.Name + "; latency in nanoseconds, interval maxima in milliseconds]")
	_ = w.OutputLogFormatVersion()
	start := m.Created.UnixMilli()
	_ = w.OutputStartTime(start)
	_ = w.OutputLegend()
	for _, c := range m.Plan.Cells {
		trials := usable[c.ID]
		h, err := MergeHistograms(trials, LatencyHistogram)
		if err != nil {
			return nil, err
		}
		if h == nil {
			continue
		}
		first, last := trials[0].Started, trials[0].Started
		for _, t := range trials {
			first, last = earlier(first, t.Started), later(last, t.Started)
		}
		h.SetTag(CellTag(c.ID))
		h.SetStartTimeMs(first.UnixMilli())
		h.SetEndTimeMs(last.Add(c.Window.Duration()).UnixMilli())
		if err := w.OutputIntervalHistogram(h); err != nil {
			return nil, fmt.Errorf("cell %s: %w", c.ID, err)
		}
	}
	return b.Bytes(), nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// CellTag writes a cell's identity as an HdrHistogram log tag, which can hold
// neither commas, nor spaces, nor line ends: commas become semicolons, and what
// else is in the way is written %XX.
func CellTag(id string) string {
	parts := strings.Split(id, ",")
	for i, p := range parts {
		var b strings.Builder
		for _, c := range []byte(p) {
			if c <= ' ' || c == ';' || c == '%' || c == 0x7f {
				fmt.Fprintf(&b, "%%%02X", c)
			} else {
				b.WriteByte(c)
			}
		}
		parts[i] = b.String()
	}
	return strings.Join(parts, ";")
}

// TagCell is the inverse of CellTag.
func TagCell(tag string) (string, error) {
	id, err := url.PathUnescape(strings.ReplaceAll(tag, ";", ","))
	if err != nil {
		return "", fmt.Errorf("tag %q is not a cell's: %w", tag, err)
	}
	return id, nil
}
