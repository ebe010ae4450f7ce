package profile

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed data/*.yaml
var data embed.FS

// tables are the files of named profiles, in the order people see them. A new
// profile is an entry in one of them, a new source a file and a line here.
var tables = []string{"own", "changing", "webpagetest", "devtools", "lighthouse", "atc", "comcast"}

// Named returns every profile that has a name of its own, by source.
var Named = sync.OnceValue(func() []*Profile {
	var all []*Profile
	for _, t := range tables {
		file := "data/" + t + ".yaml"
		text, err := data.ReadFile(file)
		if err == nil {
			var ps []*Profile
			ps, err = Read(file, text, noTraces)
			all = append(all, ps...)
		}
		if err != nil {
			panic(err) // the files are part of the program, and its tests read them
		}
	}
	return all
})

func noTraces(string) (io.ReadCloser, error) {
	return nil, errors.New("named profiles have no traces")
}

// ErrUnknown is wrapped by Find's error about a name that nothing has.
var ErrUnknown = errors.New("unknown profile")

// Find returns the profile of that name, or reads it from a file where the name
// ends in .yaml or .yml.
func Find(name string) (*Profile, error) {
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		return Load(name)
	}
	for _, p := range Named() {
		if p.Name == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%w %q: nearest is %s; `pushbench netem profiles` lists all, and a file ends in .yaml", ErrUnknown, name, nearest(name))
}

// nearest is the name with the fewest letters to change.
func nearest(name string) string {
	best := slices.MinFunc(Named(), func(a, b *Profile) int {
		return cmp.Compare(distance(name, a.Name), distance(name, b.Name))
	})
	return best.Name
}

// distance is Levenshtein's edit distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
