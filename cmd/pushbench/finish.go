package main

import (
	"fmt"
	"path/filepath"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/chart"
	"github.com/pushbench/pushbench/results/stats"
)

// finish makes and shows everything that follows from the stored trials.
func finish(inv *invocation, store *results.Run) error {
	s := stats.Summarize(store.Manifest, store.Trials)
	if err := store.WriteSummary(s); err != nil {
		return err
	}
	hists, err := latencies(store)
	if err != nil {
		return err
	}
	files, err := chart.Draw(store.Dir, store.Manifest, s, hists)
	if err != nil {
		return err
	}
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		return printJSON(inv.stdout, s)
	}
	for _, f := range files {
		fmt.Fprintln(inv.stdout, filepath.Join(store.Dir, filepath.Base(f)))
	}
	return nil
}

// latencies merges the latency histograms of each cell's valid trials.
func latencies(store *results.Run) (map[string]*hdrhistogram.Histogram, error) {
	of := map[string][]results.Trial{}
	for _, t := range store.Trials {
		if t.State != results.Invalid {
			of[t.Cell] = append(of[t.Cell], t)
		}
	}
	hists := map[string]*hdrhistogram.Histogram{}
	for cell, trials := range of {
		h, err := results.MergeHistograms(trials, results.LatencyHistogram)
		if err != nil {
			return nil, err
		}
		if h != nil {
			hists[cell] = h
		}
	}
	return hists, nil
}
