package study

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

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

// WriteGates writes how a study's real gates ended, in Markdown.
func WriteGates(w io.Writer, run *results.Run) error {
	kinds, err := realGates(run.Dir)
	if err != nil {
		return err
	}
	if len(kinds) == 0 {
		return fmt.Errorf("%s: it has no real gates; `pushbench study --resume %s --gates 12` runs them", run.Dir, run.Dir)
	}
	b, h := bufio.NewWriter(w), run.Manifest.Host
	fmt.Fprintf(b, "%s; %s, %d cores, Linux %s. Bounds are Clopper–Pearson's at 95 %%.\n\n", run.Manifest.Created.UTC().Format(time.DateOnly), h.CPU, h.Cores, h.Kernel)
	fmt.Fprintln(b, "| base against | gates | worse | same | better | undecided | worse, bounds | median | longest |\n|---|--:|--:|--:|--:|--:|---|--:|--:|")
	for _, k := range kinds {
		n := len(k.seconds)
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d | %d | %s | %.0f s | %.0f s |\n", k.name, n,
			k.verdicts[gate.Worse], k.verdicts[gate.Same], k.verdicts[gate.Better], k.verdicts[gate.Undecided],
			share{k.verdicts[gate.Worse], n}, median(k.seconds), slices.Max(k.seconds))
	}
	return b.Flush()
}
