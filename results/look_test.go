package results

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
)

func TestLooks(t *testing.T) {
	m := Manifest{Created: time.Unix(0, 0).UTC(), Plan: plan.Plan{Name: "x", Cells: []plan.Cell{{ID: "a"}}}}
	r, err := Create(t.TempDir()+"/run", m)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if looks, _, err := ReadLooks(r.Dir); err != nil || looks != nil {
		t.Errorf("before any: %v %v", looks, err)
	}
	want := Look{Kind: "probe", Cell: "a", Figures: map[string]float64{"sends_per_message": 1}, Timeline: []Moment{{At: 0.5, Queued: 7}}}
	for range 2 {
		if err := r.AppendLook(want); err != nil {
			t.Fatal(err)
		}
	}
	looks, warnings, err := ReadLooks(r.Dir)
	want.Schema = Schema
	if err != nil || len(warnings) > 0 || len(looks) != 2 {
		t.Fatalf("%d looks, %v, %v", len(looks), warnings, err)
	}
	if diff := cmp.Diff(want, looks[1]); diff != "" {
		t.Error(diff)
	}
}

func TestFileName(t *testing.T) {
	long := strings.Repeat("strategy=bufio,", 40)
	a, b := FileName(long+"1"), FileName(long+"2")
	if a == b || len(a) > 160 || strings.ContainsAny(FileName("../a/b\\c:d,e=f"), "/\\:.") {
		t.Errorf("%q %q", a, b)
	}
}

func FuzzParseLooks(f *testing.F) {
	f.Add([]byte(`{"schema":1,"kind":"probe","cell":"a","block":0}` + "\n{\n"))
	f.Add([]byte(`{"schema":9}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		looks, warnings := parseLooks(b)
		if n := strings.Count(string(b), "\n"); len(looks)+len(warnings) > n+1 {
			t.Errorf("%d looks and %d warnings of %d lines", len(looks), len(warnings), n)
		}
	})
}
