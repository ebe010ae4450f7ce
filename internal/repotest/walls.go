// Package repotest checks the repository itself: the walls between packages and
// the commands in the documents.
package repotest

import (
	"fmt"
	"slices"
	"strings"
)

const module = "github.com/pushbench/pushbench"

// A wall says what packages may not import, also through others. Patterns are
// paths below the module; "x/..." is x and all below it.
type wall struct {
	from   []string
	except []string // packages of from that the wall does not bind
	forbid []string
	// only, if not nil, forbids everything but the standard library, from itself
	// and these import paths.
	only []string
	why  string
}

var walls = []wall{
	{
		from: []string{"server/..."}, forbid: []string{"loadgen/..."},
		why: "what is measured must not know what measures it",
	},
	{
		from: []string{"loadgen/..."}, forbid: []string{"server/..."},
		why: "the generator must be able to drive any server, and to run on another machine",
	},
	{
		from: []string{"netem/..."}, forbid: []string{"server/...", "loadgen/...", "results/...", "scenarios/..."},
		why: "an emulated network serves any program: `netem exec` runs one that we do not know",
	},
	{
		from: []string{"server/probe/..."}, forbid: []string{"server", "server/strategy/...", "server/transport/...", "results/...", "scenarios/..."},
		why: "a probe looks at any program: `trace` knows nothing of the one it looks at",
	},
	{
		from:   []string{"scenarios/..."},
		forbid: []string{"netem", "netem/device/...", "netem/ns/...", "netem/sched/...", "netem/tc/...", "netem/user/...", "netem/verify/..."},
		why:    "a scenario is read the same on every machine: it knows profiles, not links",
	},
	{
		from: []string{"results/..."}, forbid: []string{"server/...", "loadgen/...", "netem/...", "scenarios/..."},
		why: "stored runs must be readable without what made them",
	},
	{
		from: []string{"server/strategy/..."}, only: []string{"golang.org/x/sys/..."},
		why: "other programs import a strategy as it was measured, and nothing else with it",
	},
	{
		from: []string{"server/coalesce/..."}, only: []string{},
		why: "other programs import it in their servers, and nothing else with it",
	},
	{
		from: []string{"internal/..."}, except: []string{"internal/runner/..."},
		forbid: []string{"server", "loadgen/...", "netem/...", "scenarios/..."},
		why:    "internal packages are what the rooms share; only the runner joins rooms",
	},
	{
		from: []string{"..."}, except: []string{"cmd/...", "bench/...", "internal/runner/..."},
		forbid: []string{"internal/runner/...", "cmd/...", "bench/..."},
		why:    "whoever imports the runner sees every room",
	},
}

// A listed package is what `go list` tells of one.
type listed struct {
	ImportPath string
	Deps       []string // all it imports, also through others
}

// violations lists what each wall forbids and some package imports.
func violations(packages []listed, walls []wall) (found []string) {
	for _, p := range packages {
		for _, w := range walls {
			if !within(p.ImportPath, w.from) || within(p.ImportPath, w.except) {
				continue
			}
			for _, dep := range p.Deps {
				if w.forbids(dep) {
					found = append(found, fmt.Sprintf("%s imports %s: %s", p.ImportPath, dep, w.why))
				}
			}
		}
	}
	return found
}

func (w wall) forbids(dep string) bool {
	if w.only == nil || standard(dep) {
		return within(dep, w.forbid)
	}
	return !within(dep, w.from) && !slices.ContainsFunc(w.only, func(p string) bool { return matches(dep, p) })
}

// within tells whether one of the patterns below the module matches.
func within(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(path, module+"/"+p) })
}

func matches(path, pattern string) bool {
	tree, ok := strings.CutSuffix(pattern, "/...")
	return path == tree || ok && strings.HasPrefix(path, tree+"/")
}

// standard paths have no dot in their first element.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}
