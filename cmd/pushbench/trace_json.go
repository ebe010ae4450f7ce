package main

import (
	"encoding/json"
	"io"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/server/probe"
)

// A traceWriter shows a trace.
type traceWriter interface {
	start(traced, time.Time) error
	rates(probe.Reading, []probe.Rate) error
	end(traceEnd) error
}

// traceEnd sums a trace.
type traceEnd struct {
	Type        string       `json:"type"` // "end"
	Reason      string       `json:"reason"`
	Seconds     plan.Seconds `json:"seconds"`
	Connections int          `json:"connections"`
	Total       probe.Conn   `json:"total"`
	Lost        probe.Lost   `json:"lost"`
}

// traceJSON writes one object a line: a start, one for each connection and interval
// in which something changed, and an end. What cannot be told is left out, and the
// start says why.
type traceJSON struct{ enc *json.Encoder }

func newTraceJSON(w io.Writer) traceJSON { return traceJSON{json.NewEncoder(w)} }

func (t traceJSON) start(tr traced, begin time.Time) error {
	return t.enc.Encode(struct {
		Type      string            `json:"type"`
		Time      time.Time         `json:"time"`
		What      string            `json:"what"`
		Mechanism string            `json:"mechanism"`
		Refused   []probe.Refusal   `json:"refused,omitempty"`
		Missing   map[string]string `json:"missing,omitempty"`
		Interval  float64           `json:"interval_seconds"`
	}{"start", begin.UTC(), tr.what, tr.probe.Mechanism, tr.probe.Refused, tr.probe.Missing, tr.every.Seconds()})
}

func (t traceJSON) rates(r probe.Reading, rates []probe.Rate) error {
	for _, rate := range rates {
		if quiet(rate) {
			continue
		}
		err := t.enc.Encode(struct {
			Type string    `json:"type"`
			Time time.Time `json:"time"`
			probe.Rate
		}{"connection", r.Time.UTC(), rate})
		if err != nil {
			return err
		}
	}
	return nil
}

// quiet tells whether nothing happened on a connection.
func quiet(r probe.Rate) bool {
	return r.Busy() == 0 && r.Retransmits == 0 && !r.Conn.Closed && r.Conn.Buffer.Queued == 0
}

func (t traceJSON) end(e traceEnd) error {
	e.Type = "end"
	return t.enc.Encode(e)
}
