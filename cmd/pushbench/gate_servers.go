package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// sameServers notes what the user's servers are once they are built, and refuses to go
// on with others: a working tree may have changed since the gate was begun.
func sameServers(store *results.Run) error {
	now, err := serverHashes(store.Manifest.Plan)
	if err != nil || len(now) == 0 {
		return err
	}
	before := store.Manifest.Servers
	if before == nil {
		return store.NoteServers(now)
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if now[name] != before[name] {
			return usageError("%s is another program than when the gate in %s was begun: begin anew", name, store.Dir)
		}
	}
	return nil
}

// serverHashes hashes the files that the commands of the arms' servers name, but for
// those of a revision, which stands for itself.
func serverHashes(p plan.Plan) (map[string]string, error) {
	out := map[string]string{}
	for _, a := range p.Arms {
		if a.Revision != "" {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(p.Servers)) {
			s, replaced := a.Servers[name]
			if !replaced {
				s = p.Servers[name]
			}
			hash, err := commandHash(s)
			if err != nil {
				return nil, fmt.Errorf("arm %s: server %s: %w", a.Name, name, err)
			}
			out["arm "+a.Name+": server "+name] = hash
		}
	}
	return out, nil
}

// commandHash is of a command's program and of all files among its words.
func commandHash(s plan.Server) (string, error) {
	h := sha256.New()
	for i, word := range s.Command {
		path := word
		if i == 0 && filepath.Base(word) == word {
			if found, err := exec.LookPath(word); err == nil {
				path = found
			}
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.Dir, path)
		}
		if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
			continue // a word, or for the start of the server to complain of
		}
		if err := hashFile(h, path); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

func hashFile(into io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(into, f)
	return err
}
