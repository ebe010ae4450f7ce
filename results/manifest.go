package results

import (
	"encoding/json"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// A Manifest (run.json) is written before the first trial: with trials.jsonl it
// is all that resuming, plotting and comparing need.
type Manifest struct {
	Schema   int       `json:"schema"`
	Created  time.Time `json:"created"`
	Version  string    `json:"version"`       // of pushbench
	Scenario string    `json:"scenario"`      // the file's text as it was read
	Set      []string  `json:"set,omitempty"` // --set arguments
	Quick    bool      `json:"quick,omitempty"`
	Plan     plan.Plan `json:"plan"`
	Host     Host      `json:"host"`
	// Links are the emulated networks of the plan, by Plan's name of each.
	Links map[string]Link `json:"links,omitempty"`
	// Program is a hash of the pushbench that measures, where it stands for an arm:
	// another one must not go on in its place.
	Program string `json:"program,omitempty"`
	// Servers are hashes of the user's programs that are measured against each other,
	// by arm and server: others must not go on in their place.
	Servers map[string]string `json:"servers,omitempty"`
	// Busy tells that the generator's core was kept busy in random bursts.
	Busy bool `json:"busy,omitempty"`
}

// Host is the machine that measured; charts and baselines name it.
type Host struct {
	ID      string            `json:"id"` // a hash that tells machines apart and names none
	OS      string            `json:"os"`
	Arch    string            `json:"arch"`
	Kernel  string            `json:"kernel"`
	CPU     string            `json:"cpu"`
	Cores   int               `json:"cores"`
	Memory  int64             `json:"memory_bytes"`
	Go      string            `json:"go"`
	Sysctls map[string]string `json:"sysctls,omitempty"`
	Backend string            `json:"backend,omitempty"` // of emulated networks
	Pinning string            `json:"pinning,omitempty"` // which core each side had
}

// A Link is an emulated network: what was asked for, and what was found of it
// before the first trial. Figures are those of `netem verify`.
type Link struct {
	Backend  string             `json:"backend"`  // that emulates it
	Profile  json.RawMessage    `json:"profile"`  // a netem/profile.Profile, complete
	Verified time.Time          `json:"verified"` // when it was measured
	Asked    map[string]float64 `json:"asked"`
	Measured map[string]float64 `json:"measured"`
}
