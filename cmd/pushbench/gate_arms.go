package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kballard/go-shellquote"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/revision"
	"github.com/pushbench/pushbench/scenarios"
)

// armsOf makes base and head of what the command line says.
func armsOf(ctx context.Context, inv *invocation, p plan.Plan) ([]plan.Arm, error) {
	text := func(name string) string { s, _ := inv.flags.GetString(name); return s }
	base, head := plan.Arm{Name: plan.BaseArm}, plan.Arm{Name: plan.HeadArm}
	revs, cmds := text("base-rev") != "" || text("head-rev") != "", text("base-cmd") != "" || text("head-cmd") != ""
	var err error
	switch {
	case revs && cmds:
		return nil, usageError("revisions and commands are both given; keep one pair of them")
	case revs:
		if text("base-rev") == "" {
			return nil, usageError("--head-rev is given alone; say what it is held against by --base-rev")
		}
		err = revisions(ctx, &base, &head, text("base-rev"), text("head-rev"))
	case cmds:
		if text("base-cmd") == "" || text("head-cmd") == "" {
			return nil, usageError("--base-cmd and --head-cmd go together: one is held against the other")
		}
		err = errors.Join(commandOf(&base, p, text("base-cmd")), commandOf(&head, p, text("head-cmd")))
	case text("inject") == "":
		return nil, usageError("nothing to compare: give --base-rev REV, or --base-cmd CMD and --head-cmd CMD; --inject holds this program against itself made worse")
	}
	if err == nil && revs {
		err = sameFile(ctx, p)
	}
	if err == nil && text("inject") != "" {
		err = injectInto(&head, p, text("inject"))
	}
	return []plan.Arm{base, head}, err
}

func revisions(ctx context.Context, base, head *plan.Arm, baseRev, headRev string) error {
	repo, err := revision.Open(ctx, ".")
	if err != nil {
		return err
	}
	for _, of := range []struct {
		arm *plan.Arm
		rev string
	}{{base, baseRev}, {head, headRev}} {
		if of.rev == "" {
			continue
		}
		if of.arm.Revision, err = repo.Commit(ctx, of.rev); err != nil {
			return statusError{exitUsage, err}
		}
	}
	return nil
}

// sameFile refuses servers that are the same file in every revision: what is built in
// a work tree would not be what runs.
func sameFile(ctx context.Context, p plan.Plan) error {
	repo, err := revision.Open(ctx, ".")
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(p.Servers)) {
		s := p.Servers[name]
		if exe := s.Command[0]; filepath.IsAbs(exe) && slices.ContainsFunc(s.Build, func(w string) bool { return strings.HasSuffix(w, exe) }) {
			return usageError("server %s: every revision is built into the same file, %s: build and start it by a path relative to the scenario's directory, such as ./%s", name, exe, filepath.Base(exe))
		}
		for _, word := range slices.Concat(s.Command, s.Build, []string{s.Dir}) {
			if rel, err := filepath.Rel(repo.Top(), word); filepath.IsAbs(word) && err == nil && filepath.IsLocal(rel) {
				return usageError("server %s: %s is the same file in every revision: write %s of the repository relative to the scenario's directory", name, word, filepath.ToSlash(rel))
			}
		}
	}
	return nil
}

// differing leaves out cells in which all arms are one program: they could never
// differ.
func differing(p plan.Plan, arms []plan.Arm, note func(string)) (plan.Plan, error) {
	cells := len(p.Cells)
	p.Cells = slices.DeleteFunc(slices.Clone(p.Cells), func(c plan.Cell) bool {
		return !slices.ContainsFunc(arms, func(a plan.Arm) bool {
			_, replaced := a.Servers[c.Factors.Text("server")]
			return replaced || a.Inject.Touches(c) || a.Revision != "" && c.Ours() == (len(p.Servers) == 0)
		})
	})
	switch n := cells - len(p.Cells); {
	case len(p.Cells) == 0:
		return p, usageError("base and head are the same program in every cell of %s", p.Name)
	case n > 0:
		note(fmt.Sprintf("%d of %d cells are left out, in which base and head are the same program", n, cells))
	}
	return p, nil
}

// commandOf makes a command line the server of an arm.
func commandOf(a *plan.Arm, p plan.Plan, line string) error {
	name, s, err := onlyServer(p)
	if err != nil {
		return err
	}
	if s.Command, err = shellquote.Split(line); err != nil || len(s.Command) == 0 {
		return usageError("--%s-cmd %q is no command: %v", a.Name, line, err)
	}
	s.Build = nil // it is another program's
	a.Servers = map[string]plan.Server{name: s}
	return nil
}

// onlyServer is the one server of the user's that the scenario has.
func onlyServer(p plan.Plan) (string, plan.Server, error) {
	names := slices.Sorted(maps.Keys(p.Servers))
	if len(names) != 1 {
		return "", plan.Server{}, usageError("scenario %s has %d servers of yours, and a command replaces one: describe it under server", p.Name, len(names))
	}
	return names[0], p.Servers[names[0]], nil
}

func injectInto(head *plan.Arm, p plan.Plan, text string) (err error) {
	if head.Inject, err = scenarios.ParseInjection(text); err != nil {
		return usageError("--inject %v", err)
	}
	if !slices.ContainsFunc(p.Cells, head.Inject.Touches) {
		return usageError("--inject %s changes nothing in any cell: it works on pushbench's own server, and flush= where flush is window", text)
	}
	return nil
}

// describeArm says what an arm is.
func describeArm(a plan.Arm) string {
	what := "this program"
	switch names := slices.Sorted(maps.Keys(a.Servers)); {
	case a.Revision != "":
		what = fmt.Sprintf("revision %.12s", a.Revision)
	case len(names) > 0:
		what = plan.Quote(a.Servers[names[0]].Command)
	}
	if in := a.Inject.String(); in != "" {
		what += ", MADE WORSE ON PURPOSE: " + in
	}
	return fmt.Sprintf("arm %s is %s", a.Name, what)
}
