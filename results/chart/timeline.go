package chart

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// nearlyFull is the level of a send buffer that the timeline marks.
const nearlyFull = 0.9

// DrawTimelines writes, for the first look of each cell that watched a connection, what its send
// buffer, its flight and its latencies did over time, on one time axis. It returns
// the names of the files.
func DrawTimelines(dir string, m results.Manifest, s results.Summary, looks []results.Look) (files []string, err error) {
	var problems []error
	for _, l := range looks {
		if len(l.Timeline) < 2 {
			continue
		}
		f := timeline(l)
		if slices.Contains(files, f.Name+".png") {
			continue
		}
		f.Footer = footer(m, s, slices.DeleteFunc(slices.Clone(s.Cells), func(c results.Cell) bool { return c.ID != l.Cell }))
		data, err := layout(f, sharp).encode()
		if err == nil {
			err = results.WriteFileAtomic(filepath.Join(dir, f.Name+".png"), data)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("timeline of %s: %w", l.Cell, err))
			continue
		}
		files = append(files, f.Name+".png")
	}
	return files, errors.Join(problems...)
}

func timeline(l results.Look) Figure {
	f := Figure{
		Name: "timeline-" + results.FileName(l.Cell), Stacked: true, Subtitle: l.Cell,
		Panels: []Panel{bufferPanel(l), flightPanel(l), tripPanel(l)},
		Notes:  []string{"The first connection, looked at many times in a trial of its own. Memory queued is not payload: each segment has its overhead."},
	}
	full := 0
	for _, m := range l.Timeline {
		if m.Queued >= nearlyFull*m.Size {
			full++
		}
	}
	f.Title = fmt.Sprintf("The send buffer stood above 0.9 in %s %% of the looks here", digits(100*float64(full)/float64(len(l.Timeline)), 2))
	if len(l.Latency) > 0 {
		worst := 0.0
		for _, s := range l.Latency {
			worst = max(worst, s.Max)
		}
		f.Title += "; the slowest message took " + units.Duration(worst)
		f.Panels = append(f.Panels, latencyPanel(l))
		f.Notes = append(f.Notes, "Latency is receive time minus intended send time, of the messages that were due in each part of the window.")
	}
	x := timeAxis(l)
	for i := range f.Panels {
		f.Panels[i].X = x
	}
	return f
}

func timeAxis(l results.Look) Axis {
	a := valueAxis("Time in the window", []float64{l.Timeline[len(l.Timeline)-1].At}, units.Duration)
	a.Scale, a.Min = Linear, 0
	a.Max = l.Timeline[len(l.Timeline)-1].At
	for len(a.Ticks) > 0 && a.Ticks[len(a.Ticks)-1].At > a.Max {
		a.Ticks = a.Ticks[:len(a.Ticks)-1]
	}
	return a
}

func bufferPanel(l results.Look) Panel {
	queued := trace(l, "queued", Style{Color: blue}, func(m results.Moment) float64 { return m.Queued })
	size := trace(l, "sndbuf", Style{Color: black}, func(m results.Moment) float64 { return m.Size })
	mark := trace(l, "0.9 of it", Style{Color: refInk, Dash: 1}, func(m results.Moment) float64 { return nearlyFull * m.Size })
	return panelOf("Send buffer", payload, size, mark, queued)
}

func flightPanel(l results.Look) Panel {
	flight := trace(l, "in flight", Style{Color: vermillion}, func(m results.Moment) float64 { return m.InFlight })
	cwnd := trace(l, "cwnd", Style{Color: green}, func(m results.Moment) float64 { return m.Cwnd })
	unsent := trace(l, "not yet sent", Style{Color: purple}, func(m results.Moment) float64 { return m.Unsent })
	return panelOf("Payload", payload, cwnd, flight, unsent)
}

func tripPanel(l results.Look) Panel {
	return panelOf("Round trip", units.Duration, trace(l, "smoothed RTT", Style{Color: orange}, func(m results.Moment) float64 { return m.RTT }))
}

func latencyPanel(l results.Look) Panel {
	longest, mean := Series{Label: "latency, max", Style: Style{Color: black}}, Series{Label: "mean", Style: Style{Color: skyBlue}}
	for _, s := range l.Latency {
		longest.Trace = append(longest.Trace, XY{s.At, s.Max})
		mean.Trace = append(mean.Trace, XY{s.At, s.Mean})
	}
	return panelOf("Latency", units.Duration, longest, mean)
}

func trace(l results.Look, label string, style Style, of func(results.Moment) float64) Series {
	s := Series{Label: label, Style: style}
	for _, m := range l.Timeline {
		s.Trace = append(s.Trace, XY{m.At, of(m)})
	}
	return s
}

// payload writes bytes with ticks that are round.
func payload(v float64) string { return strings.TrimSuffix(units.Rate(v), "/s") }

// panelOf counts its values from zero: what is empty must look so.
func panelOf(title string, label func(float64) string, series ...Series) Panel {
	values := []float64{0}
	for _, s := range series {
		for _, t := range s.Trace {
			values = append(values, t.Y)
		}
	}
	return Panel{Y: valueAxis(title, values, label), Series: series}
}
