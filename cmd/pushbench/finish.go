package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/chart"
	"github.com/pushbench/pushbench/results/report"
	"github.com/pushbench/pushbench/results/verdict"
)

// derive writes the files that follow from the stored trials.
func derive(store *results.Run) (results.Summary, error) {
	e, err := evidence(store)
	s := e.Summary
	s.Verdicts = verdict.All(e)
	return s, errors.Join(err, store.WriteSummary(s), store.WriteLatencyLog(), store.WriteBench())
}

// finish makes and shows everything that follows from the stored trials.
func finish(inv *invocation, store *results.Run) error {
	s, files, drawing, err := draw(store)
	if err != nil {
		return err
	}
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		return errors.Join(drawing, printJSON(inv.stdout, s))
	}
	if err := report.Table(inv.stdout, s, report.Options{Compare: store.Manifest.Plan.Compare}); err != nil {
		return err
	}
	if err := report.Verdicts(inv.stdout, s.Verdicts); err != nil {
		return err
	}
	more, err := showLooks(inv, store, s)
	if err != nil {
		return err
	}
	for _, f := range append(files, more...) {
		fmt.Fprintln(inv.stdout, filepath.Join(store.Dir, f))
	}
	return drawing
}

// draw writes what follows from the stored trials, charts too. Those that can be
// drawn are, whatever the others lack: that is drawing's error.
func draw(store *results.Run) (s results.Summary, files []string, drawing, err error) {
	if s, err = derive(store); err != nil {
		return s, nil, nil, err
	}
	hists, err := latencies(store.Trials)
	if err != nil {
		return s, nil, nil, err
	}
	files, drawing = chart.Draw(store.Dir, store.Manifest, s, hists)
	return s, files, drawing, nil
}

// latencies merges the latency histograms of each cell.
func latencies(trials []results.Trial) (map[string]*hdrhistogram.Histogram, error) {
	hists := map[string]*hdrhistogram.Histogram{}
	for cell, usable := range results.Usable(trials) {
		h, err := results.MergeHistograms(usable, results.LatencyHistogram)
		if err != nil {
			return nil, err
		}
		if h != nil {
			hists[cell] = h
		}
	}
	return hists, nil
}
