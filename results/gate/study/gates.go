package study

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
)

// GatesDir is where a study keeps its real gates, below its own directory: one
// directory each, named KIND-NUMBER.
const GatesDir = "gates"

// A kind is the real gates of one kind.
type kind struct {
	name     string
	verdicts map[gate.Verdict]int
	seconds  []float64
}

// realGates decides each gate of a study anew; one that did not come to its end is
// undecided.
func realGates(dir string) (kinds []kind, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, GatesDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		run, err := results.Read(filepath.Join(dir, GatesDir, e.Name()))
		if err != nil {
			return nil, err
		}
		g, err := gate.New(run.Manifest.Plan, gate.Arms{Factor: plan.ArmFactor, Base: plan.BaseArm, Head: plan.HeadArm})
		if err != nil {
			return nil, err
		}
		d := g.Decide(run.Trials)
		name, _, _ := strings.Cut(e.Name(), "-")
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
		if i < 0 {
			i = len(kinds)
			kinds = append(kinds, kind{name: name, verdicts: map[gate.Verdict]int{}})
		}
		kinds[i].verdicts[d.Verdict]++
		kinds[i].seconds = append(kinds[i].seconds, float64(d.Seconds))
	}
	return kinds, err
}

// writeKinds writes how the real gates ended.
func writeKinds(w io.Writer, kinds []kind) {
	if len(kinds) == 0 {
		return
	}
	fmt.Fprintln(w, "\n| real gates, each of one cell and all rules | gates | worse | same | better | undecided | median | longest |\n|---|--:|--:|--:|--:|--:|--:|--:|")
	for _, k := range kinds {
		fmt.Fprintf(w, "| base against %s | %d | %d | %d | %d | %d | %.0f s | %.0f s |\n", k.name, len(k.seconds),
			k.verdicts[gate.Worse], k.verdicts[gate.Same], k.verdicts[gate.Better], k.verdicts[gate.Undecided], median(k.seconds), slices.Max(k.seconds))
	}
}
