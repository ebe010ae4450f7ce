package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// A gate of the user's programs goes on with the same ones alone; one of a revision
// stands for itself, however often it is built.
func TestSameServers(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("old", "1")
	write("new", "2")
	write("script", "3")
	p := plan.Plan{
		Cells:   []plan.Cell{{ID: "own", Factors: plan.Values{"server": "own"}}},
		Servers: map[string]plan.Server{"own": {Command: []string{"./old", "{port}"}, Dir: dir}},
	}.WithArms(
		plan.DefaultTurns,
		plan.Arm{Name: plan.BaseArm},
		plan.Arm{Name: plan.HeadArm, Servers: map[string]plan.Server{"own": {Command: []string{"sh", "./script"}, Dir: dir}}},
		plan.Arm{Name: "built", Revision: "abc", Servers: map[string]plan.Server{"own": {Command: []string{"./new"}, Dir: dir}}},
	)
	store, err := results.Create(t.TempDir(), results.Manifest{Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change, text string
		refused      bool
	}{
		{"", "", false},
		{"old", "1", false},
		{"new", "4", false},
		{"script", "5", true},
		{"script", "3", false},
		{"old", "6", true},
	} {
		if c.change != "" {
			write(c.change, c.text)
		}
		if err := sameServers(store); (err != nil) != c.refused {
			t.Errorf("%s is now %q: %v", c.change, c.text, err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := results.Open(store.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := sameServers(again); err == nil {
		t.Error("it was not noted in the manifest")
	}
}
