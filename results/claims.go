package results

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ClaimsFile is what a directory of claims holds beside a run directory for each.
const ClaimsFile = "claims.json"

// A ClaimSet says which claims are measured in a directory, and what came of them.
type ClaimSet struct {
	Schema  int       `json:"schema"`
	Created time.Time `json:"created"`
	Quick   bool      `json:"quick"`
	Set     []string  `json:"set,omitempty"`  // --set arguments
	Seed    uint64    `json:"seed,omitempty"` // of every run; 0 is the default
	IDs     []string  `json:"ids"`            // in the order measured, each with a run directory of its name
	Host    Host      `json:"host"`
	Version string    `json:"version"`
	// Runs says what each claim's verdict rests on.
	Runs map[string]ClaimRun `json:"runs,omitempty"`
	// Failed maps a claim that could not be measured to the reason.
	Failed map[string]string `json:"failed,omitempty"`
	Claims []Verdict         `json:"claims"`
}

// A ClaimRun is the run of one claim.
type ClaimRun struct {
	Started  time.Time `json:"started"`
	Blocks   int       `json:"blocks"` // complete in every cell
	Trials   int       `json:"trials"`
	Censored int       `json:"censored_trials"`
	Invalid  int       `json:"invalid_trials"`
	Looks    int       `json:"looks"` // trials that were looked into, beside those
}

// WriteClaims replaces the claims file of a directory, which is made if need be.
func WriteClaims(dir string, s ClaimSet) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("%s: cannot make the directory: %w; name another with -o", dir, err)
	}
	s.Schema = Schema
	return writeJSON(filepath.Join(dir, ClaimsFile), s)
}

// ReadClaims reads it.
func ReadClaims(dir string) (s ClaimSet, err error) {
	path := filepath.Join(dir, ClaimsFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return s, fmt.Errorf("no claims were measured in %s: %w; `pushbench claims -o DIR` measures them", dir, err)
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("%s: it is damaged: %w; measure the claims anew with another -o", path, err)
	}
	if err := checkSchema(s.Schema); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
