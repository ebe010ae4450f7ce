// Package revision checks revisions of a Git repository out beside the work tree
// that is there, so that they can be built and measured.
package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Repository is the one that a directory belongs to.
type Repository struct {
	top    string
	prefix string // of the directory below top
}

// Open finds the repository of a directory.
func Open(ctx context.Context, dir string) (*Repository, error) {
	out, err := git(ctx, dir, "rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return nil, fmt.Errorf("revisions come from the Git repository of the working directory: %w", err)
	}
	top, prefix, _ := strings.Cut(out, "\n")
	return &Repository{top: top, prefix: prefix}, nil
}

// Commit is the full name of the commit that a revision means.
func (r *Repository) Commit(ctx context.Context, rev string) (string, error) {
	out, err := git(ctx, r.top, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("revision %q is not in this repository (a shallow clone has few: fetch it)", rev)
	}
	return out, nil
}

// In is where the repository's directory is in a work tree at dir.
func (r *Repository) In(dir string) string { return filepath.Join(dir, r.prefix) }

// Top is the root of the work tree that is there.
func (r *Repository) Top() string { return filepath.FromSlash(r.top) }

// A Tree is a work tree of one commit.
type Tree struct {
	repo *Repository
	Dir  string // its root
}

// Checkout makes a work tree at dir, which it creates. Nothing of the repository
// is run.
func (r *Repository) Checkout(ctx context.Context, commit, dir string) (*Tree, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	t := &Tree{repo: r, Dir: dir}
	if _, err := git(ctx, r.top, "worktree", "add", "--quiet", "--detach", dir, commit); err != nil {
		return nil, errors.Join(fmt.Errorf("revision %.12s: %w", commit, err), t.Remove())
	}
	return t, nil
}

// Remove removes the work tree, whatever is in it.
func (t *Tree) Remove() error {
	// Not the caller's context: what was made is removed also when it has ended.
	return t.repo.Clean(context.Background(), t.Dir)
}

// Clean removes a work tree, or what a killed process has left of one.
func (r *Repository) Clean(ctx context.Context, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	_, err := git(ctx, r.top, "worktree", "prune")
	return err
}

// git runs Git without hooks and returns what it printed.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=" + os.DevNull}, args...)...)
	cmd.Dir = dir
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(said.String()); text != "" {
			return "", errors.New(text)
		}
		return "", err
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}
