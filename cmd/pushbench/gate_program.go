package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"

	"github.com/pushbench/pushbench/internal/host"
	"github.com/pushbench/pushbench/results"
)

// ownHash identifies the program that runs.
func ownHash() (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if err := hashFile(h, exe); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// sameProgram refuses to go on with a gate whose blocks would then be of two
// programs, or of two machines.
func sameProgram(m results.Manifest) error {
	if len(m.Plan.Arms) == 0 {
		return nil
	}
	if id := host.Describe().ID; id != m.Host.ID {
		return usageError("the gate was begun on another machine (%s, not %s): begin anew", m.Host.ID, id)
	}
	if hash, err := ownHash(); err != nil || hash == m.Program || m.Program == "" {
		return err
	}
	for _, c := range m.Plan.Cells {
		if a := m.Plan.ArmOf(c); c.Ours() && a.Program == "" {
			return usageError("arm %s was this program as it was then, and it was built anew since: begin anew", a.Name)
		}
	}
	return nil
}
