package repotest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is where go.mod lies.
const root = "../.."

// list asks the go command for every package of the module on one system.
func list(t *testing.T, goos string, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Deps"}, append(args, "./...")...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var packages []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func TestWalls(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, v := range violations(list(t, goos), walls) {
			t.Errorf("%s: %s", goos, v)
		}
	}
}

// A wall around a package that was renamed or removed would stand for nothing.
func TestWallsStandSomewhere(t *testing.T) {
	packages := list(t, "linux")
	for _, w := range walls {
		for _, pattern := range slices.Concat(w.from, w.except, w.forbid) {
			if !slices.ContainsFunc(packages, func(p listed) bool { return within(p.ImportPath, []string{pattern}) }) {
				t.Errorf("no package matches %q", pattern)
			}
		}
	}
}

// Every wall is broken once, by a package that imports what is forbidden.
func TestEachWallCanFail(t *testing.T) {
	for _, w := range walls {
		forbidden := []string{"example.com/outside"}
		if w.only == nil {
			forbidden = nil
			for _, f := range w.forbid {
				forbidden = append(forbidden, inside(f))
			}
		}
		for _, dep := range forbidden {
			p := listed{ImportPath: inside(w.from[0]), Deps: []string{"fmt", dep}}
			if got := violations([]listed{p}, []wall{w}); len(got) != 1 || !strings.Contains(got[0], w.why) {
				t.Errorf("%s importing %s gave %q", p.ImportPath, dep, got)
			}
		}
	}
}

// inside is a package that a pattern matches.
func inside(pattern string) string {
	return module + "/" + strings.TrimSuffix(strings.ReplaceAll("/"+pattern, "/...", "/some"), "/")[1:]
}

// A forbidden import written into the tree, two steps away, is found.
func TestViolationInSourceIsFound(t *testing.T) {
	dir := t.TempDir()
	replace := map[string]string{}
	for at, source := range map[string]string{
		"results/overlaid.go":          "package results\n\nimport _ \"" + module + "/internal/overlaid\"\n",
		"internal/overlaid/overlay.go": "package overlaid\n\nimport _ \"" + module + "/loadgen\"\n",
	} {
		full, err := filepath.Abs(filepath.Join(root, at))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, strings.ReplaceAll(at, "/", "_"))
		if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
		replace[full] = file
	}
	overlay := filepath.Join(dir, "overlay.json")
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, b, 0o644); err != nil {
		t.Fatal(err)
	}
	found := violations(list(t, "linux", "-overlay="+overlay), walls)
	want := module + "/results imports " + module + "/loadgen"
	if !slices.ContainsFunc(found, func(v string) bool { return strings.HasPrefix(v, want) }) {
		t.Errorf("not found: %s; found %q", want, found)
	}
}
