package revision

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository makes one with a commit, and returns its directory.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "below", "file"), []byte("first"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "."},
		{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-qm", "first"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	return dir
}

func TestCheckout(t *testing.T) {
	dir := repository(t)
	r, err := Open(t.Context(), filepath.Join(dir, "below"))
	if err != nil {
		t.Fatal(err)
	}
	commit, err := r.Commit(t.Context(), "HEAD")
	if err != nil || len(commit) != 40 {
		t.Fatalf("commit %q, %v", commit, err)
	}
	// Hooks are the repository's own affair: none is run.
	hook := filepath.Join(dir, ".git", "hooks", "post-checkout")
	_ = os.MkdirAll(filepath.Dir(hook), 0o755)
	ran := filepath.Join(dir, "ran")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\ntouch "+ran+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "run", "tree")
	tree, err := r.Checkout(t.Context(), commit, at)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(r.In(tree.Dir), "file"))
	if err != nil || string(text) != "first" {
		t.Errorf("the tree has %q, %v", text, err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a hook ran")
	}
	// What a killed process has left does not stand in the way.
	if err := r.Clean(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	if tree, err = r.Checkout(t.Context(), commit, at); err != nil {
		t.Fatal(err)
	}
	if err := tree.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(at); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", at, err)
	}
	out, err := exec.Command("git", "-C", dir, "worktree", "list").Output()
	if err != nil || strings.Count(string(out), "\n") != 1 {
		t.Errorf("work trees are left: %s%v", out, err)
	}
}

func TestNoSuchRevision(t *testing.T) {
	r, err := Open(t.Context(), repository(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, rev := range []string{"nosuch", "--all", "", "HEAD:below"} {
		if _, err := r.Commit(t.Context(), rev); err == nil || !strings.Contains(err.Error(), "is not in this repository") {
			t.Errorf("%q: %v", rev, err)
		}
	}
	if _, err := Open(t.Context(), t.TempDir()); err == nil {
		t.Error("a directory without a repository has one")
	}
}
