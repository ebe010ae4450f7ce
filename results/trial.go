// Package results holds what a run stored: its manifest, one record per trial,
// and the summary made of them. Every stage after the runner works from these
// files alone.
package results

import "time"

// Schema is the version of every stored file. Readers refuse a newer one.
const Schema = 1

// A State says what a trial's figures are worth.
type State string

// Censored figures are bounds ("at least x"): the reader limited the writer.
// Invalid trials count in the summary but not in any figure.
const (
	Valid    State = "valid"
	Censored State = "censored"
	Invalid  State = "invalid"
)

// A Trial is one cell run once, in one block, by fresh processes.
type Trial struct {
	Schema  int       `json:"schema"`
	Cell    string    `json:"cell"`  // plan.Cell.ID
	Block   int       `json:"block"` // from 0
	Order   int       `json:"order"` // place within the block, from 0
	Started time.Time `json:"started"`
	State   State     `json:"state"`
	Reasons []string  `json:"reasons,omitempty"` // why it is not Valid
	// Fault tells that the program under test failed — it crashed, refused a
	// connection, lost, altered or reordered messages —, not what measured it.
	Fault bool `json:"fault,omitempty"`
	// Warnings are worth knowing and change no figure.
	Warnings []string `json:"warnings,omitempty"`
	// Metrics maps names of the metric dictionary to values in base units.
	// A metric that could not be measured is absent, never 0.
	Metrics map[string]float64 `json:"metrics"`
	// Slices holds, by metric, the values of the slices of the trial's window in
	// order of time. Trials of one block that were measured in turns have equally
	// many, and slice i of one is next to slice i of the other. Nil in other trials.
	Slices map[string][]float64 `json:"slices,omitempty"`
	// Histograms maps "latency" and "write" to HdrHistograms of nanoseconds in
	// the V2 compressed encoding (base64).
	Histograms map[string][]byte `json:"histograms,omitempty"`
	// Counts holds what was counted in the whole trial, by the names below: unlike
	// a window, which cuts the stream anywhere, it is exact.
	Counts map[string]uint64 `json:"counts,omitempty"`
	// Notes maps a metric that is missing to the reason why.
	Notes map[string]string `json:"notes,omitempty"`
}

// The names of Trial.Counts.
const (
	CountMessages   = "messages"    // handed over by the server
	CountWriteCalls = "write_calls" // made by the server
	CountSlices     = "slices"      // that the window was cut into
	CountIdle       = "idle_slices" // of those, in which nothing was done
	CountRecords    = "records"     // of TLS, written by the server
	CountReceived   = "received"    // messages taken by the reader
	CountFrames     = "frames"      // of WebSocket or HTTP/2, taken by the reader
)
