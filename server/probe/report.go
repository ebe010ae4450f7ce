package probe

import "math"

// A Report sums what was seen of all connections.
type Report struct {
	Mechanism   string            `json:"mechanism"`
	Refused     []Refusal         `json:"refused,omitempty"`
	Missing     map[string]string `json:"missing,omitempty"` // figure and reason
	Lost        Lost              `json:"lost"`
	Connections int               `json:"connections"`
	Total       Conn              `json:"total"`
}

// Report reads the probe and sums.
func (p *Probe) Report() (Report, error) {
	r, err := p.Read()
	if err != nil {
		return Report{}, err
	}
	all := Report{Mechanism: p.Mechanism, Refused: p.Refused, Missing: p.Missing, Lost: r.Lost, Connections: len(r.Conns)}
	for _, c := range r.Conns {
		all.Total.Add(c)
	}
	return all, nil
}

// Figures are a report's figures by the names of package results: counts a message,
// shares, and the state of the buffer and the path. A figure that is missing is not
// among them.
func (r Report) Figures(messages uint64) map[string]float64 {
	f, c := map[string]float64{}, r.Total
	per := func(name string, n, of uint64) {
		if of > 0 {
			f[name] = float64(n) / float64(of)
		}
	}
	if c.Calls != nil {
		per("sends_per_message", c.Calls.Sends, messages)
		per("eagain_share", c.Calls.EAGAIN, c.Calls.Sends)
		per("bytes_per_send", c.Bytes, c.Calls.Sends-c.Calls.EAGAIN-c.Calls.Failed)
	}
	if w := c.Writes(); w != nil {
		per("writes_per_message", *w, messages)
		took := c.Calls.Sends - c.Calls.EAGAIN - c.Calls.Failed
		per("vectored_share", c.Pieces.Vectored, took)
		per("buffers_per_send", c.Pieces.Buffers, took)
		per("coalesced_share", c.Pieces.Coalesced, took)
	}
	per("segments_per_message", c.Path.DataSegments, messages)
	per("retransmits_per_message", c.Path.Retransmits, messages)
	if r.Connections == 0 {
		return f
	}
	f["watermark_max"] = c.Buffer.MaxLevel
	f["queued_max_bytes"] = float64(c.Buffer.MaxQueued)
	f["allocated_max_bytes"] = float64(c.Buffer.MaxAllocated)
	f["in_flight_max_bytes"] = float64(c.Path.MaxInFlight)
	f["unsent_max_bytes"] = float64(c.Path.MaxUnsent)
	f["cwnd_segments"] = float64(c.Path.Cwnd)
	f["srtt_seconds"] = c.Path.SRTT
	f["sndbuf_bytes"] = float64(c.Buffer.Size) / float64(r.Connections)
	for name, v := range map[string]float64{
		"watermark_p50": c.Buffer.Levels.Percentile(50), "watermark_p99": c.Buffer.Levels.Percentile(99),
		"watermark_high_share": c.Buffer.Levels.Above(High),
	} {
		if !math.IsNaN(v) {
			f[name] = v
		}
	}
	return f
}
