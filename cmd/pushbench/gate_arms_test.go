package main

import (
	"path/filepath"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
)

func TestSameFile(t *testing.T) {
	here, err := filepath.Abs("server")
	if err != nil {
		t.Fatal(err)
	}
	beside, err := filepath.Abs("../other/server")
	if err != nil {
		t.Fatal(err)
	}
	there := filepath.Join(t.TempDir(), "server")
	for _, c := range []struct {
		name    string
		server  plan.Server
		refused bool
	}{
		{"relative", plan.Server{Command: []string{"./server"}, Build: []string{"go", "build", "-o", "server", "."}}, false},
		{"an interpreter", plan.Server{Command: []string{there, "server.py"}}, false},
		{"absolute command", plan.Server{Command: []string{here}}, true},
		{"absolute command elsewhere in the repository", plan.Server{Command: []string{beside}}, true},
		{"absolute directory", plan.Server{Command: []string{"./x"}, Dir: filepath.Dir(here)}, true},
		{"built elsewhere", plan.Server{Command: []string{there}, Build: []string{"go", "build", "-o", there, "."}}, true},
		{"built elsewhere, in one word", plan.Server{Command: []string{there}, Build: []string{"go", "build", "-o=" + there, "."}}, true},
	} {
		if err := sameFile(t.Context(), plan.Plan{Servers: map[string]plan.Server{"own": c.server}}); (err != nil) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Cells in which both arms are one program are left out; without others, there is
// no gate.
func TestDiffering(t *testing.T) {
	own, ours := plan.Cell{ID: "own", Factors: plan.Values{"server": "own"}}, plan.Cell{ID: "ours", Factors: plan.Values{"strategy": "direct"}}
	servers := map[string]plan.Server{"own": {}}
	base := plan.Arm{Name: plan.BaseArm}
	rev := plan.Arm{Name: plan.HeadArm, Revision: "abc"}
	for _, c := range []struct {
		name    string
		servers map[string]plan.Server
		cells   []plan.Cell
		head    plan.Arm
		want    int // cells that stay; 0 is an error
	}{
		{"revision of a server", servers, []plan.Cell{own, ours}, rev, 1},
		{"revision of a server, cells of ours", servers, []plan.Cell{ours}, rev, 0},
		{"revision of ours", nil, []plan.Cell{ours}, rev, 1},
		{"command", servers, []plan.Cell{own, ours}, plan.Arm{Name: plan.HeadArm, Servers: servers}, 1},
		{"injection", servers, []plan.Cell{own, ours}, plan.Arm{Name: plan.HeadArm, Inject: plan.Injection{Write: 10}}, 1},
	} {
		var notes int
		p, err := differing(plan.Plan{Cells: c.cells, Servers: c.servers}, []plan.Arm{base, c.head}, func(string) { notes++ })
		if (err != nil) != (c.want == 0) || len(p.Cells) != c.want {
			t.Errorf("%s: %d cells, %v", c.name, len(p.Cells), err)
		}
		if err == nil && (notes > 0) != (c.want < len(c.cells)) {
			t.Errorf("%s: %d notes", c.name, notes)
		}
	}
}
