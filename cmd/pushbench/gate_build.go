package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/revision"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
)

// Arms that are built have their places below the run directory.
const buildDir = "build"

func treeOf(dir, arm string) string { return filepath.Join(dir, buildDir, arm+"-tree") }

// placeArms says where the arms of revisions will be: the scenario's servers in
// work trees, or programs of this repository.
func placeArms(ctx context.Context, dir string, arms []plan.Arm, servers map[string]plan.Server) error {
	for i := range arms {
		a := &arms[i]
		if a.Revision == "" {
			continue
		}
		if len(servers) == 0 {
			a.Program = filepath.Join(buildDir, a.Name)
			if runtime.GOOS == "windows" {
				a.Program += ".exe"
			}
			continue
		}
		repo, err := revision.Open(ctx, ".")
		if err != nil {
			return err
		}
		a.Servers = map[string]plan.Server{}
		for name, s := range servers {
			s.Dir = filepath.Join(repo.In(treeOf(dir, a.Name)), s.Dir)
			a.Servers[name] = s
		}
	}
	return nil
}

// buildArms checks the arms' revisions out and builds them. What it makes is gone
// after remove, which may be called in any case.
func buildArms(ctx context.Context, store *results.Run, note func(string)) (remove func() error, err error) {
	p := store.Manifest.Plan
	var trees []*revision.Tree
	remove = func() error {
		var errs []error
		for _, t := range trees {
			errs = append(errs, t.Remove())
		}
		return errors.Join(append(errs, os.RemoveAll(filepath.Join(store.Dir, buildDir)))...)
	}
	for _, a := range p.Arms {
		if a.Revision == "" {
			continue
		}
		repo, err := revision.Open(ctx, ".")
		if err != nil {
			return remove, err
		}
		dir := treeOf(store.Dir, a.Name)
		if err := repo.Clean(ctx, dir); err != nil { // of one that was killed
			return remove, err
		}
		t, err := repo.Checkout(ctx, a.Revision, dir)
		if err != nil {
			return remove, err
		}
		trees = append(trees, t)
		if a.Program == "" {
			continue
		}
		if err := buildProgram(ctx, t, a, filepath.Join(store.Dir, a.Program), note); err != nil {
			return remove, err
		}
	}
	return remove, runner.BuildArms(ctx, p, note)
}

// buildProgram builds the pushbench of a work tree.
func buildProgram(ctx context.Context, t *revision.Tree, a plan.Arm, exe string, note func(string)) error {
	const from = "cmd/pushbench"
	if _, err := os.Stat(filepath.Join(t.Dir, from)); err != nil {
		return fmt.Errorf("arm %s: revision %.12s has no %s: without a server of yours the scenario measures pushbench, whose repository this is not", a.Name, a.Revision, from)
	}
	exe, err := filepath.Abs(exe)
	if err != nil {
		return err
	}
	words := []string{"go", "build", "-buildvcs=false", "-o", exe, "./" + from}
	return runner.BuildServer(ctx, fmt.Sprintf("arm %s: revision %.12s", a.Name, a.Revision), plan.Server{Dir: t.Dir, Build: words}, note)
}
