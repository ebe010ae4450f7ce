package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// Info is a built-in scenario as a list shows it.
type Info struct{ Name, Title string }

// List returns the built-in scenarios by name.
func List() []Info {
	var out []Info
	for _, name := range builtins() {
		s, err := Load(name)
		if err != nil {
			panic(err) // each is read in the tests
		}
		out = append(out, Info{s.Name, s.Title})
	}
	return out
}

func builtins() []string {
	paths, _ := fs.Glob(files, "*.yaml") // the pattern is well formed
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(p, ".yaml")
	}
	return paths
}

// Load reads a built-in scenario by its name, or a file by its path.
func Load(nameOrPath string) (*Scenario, error) {
	if !strings.ContainsAny(nameOrPath, `/\`) {
		if text, err := files.ReadFile(path.Clean(nameOrPath) + ".yaml"); err == nil {
			return Parse(nameOrPath+".yaml", text)
		}
	}
	text, err := readFile(nameOrPath)
	switch {
	case errors.Is(err, fs.ErrNotExist) && filepath.Base(nameOrPath) == nameOrPath && filepath.Ext(nameOrPath) == "":
		return nil, Errors{{File: nameOrPath, What: unknown("scenario", nameOrPath, builtins()) + " (a file is named by its path)"}}
	case err != nil:
		return nil, fmt.Errorf("cannot read the scenario: %w", err)
	}
	return Parse(nameOrPath, text)
}

// readFile reads little more than Parse accepts, so that it can say so.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxText+1))
}
