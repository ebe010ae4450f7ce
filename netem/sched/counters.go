// Package sched decides what an emulated link does with each packet: lose it,
// or deliver it at a given time. It is pure: time goes in with each packet, and
// randomness comes from a seed.
package sched

// Counters are what one direction of a link did to packets. Those that arrived
// and their duplicates are each lost, dropped, overrun, sent or still under way.
type Counters struct {
	Arrived      uint64 `json:"arrived_packets"`
	ArrivedBytes uint64 `json:"arrived_bytes"`   // of frames
	Lost         uint64 `json:"lost_packets"`    // by the loss model, or off
	Dropped      uint64 `json:"dropped_packets"` // by the queue limit
	Overrun      uint64 `json:"overrun_packets"` // for want of memory or speed: the link is not as asked
	Duplicated   uint64 `json:"duplicated_packets"`
	Corrupted    uint64 `json:"corrupted_packets"`
	Reordered    uint64 `json:"reordered_packets"`
	Sent         uint64 `json:"sent_packets"`
	SentBytes    uint64 `json:"sent_bytes"` // of frames
}

// Sub returns what was counted since an earlier reading.
func (c Counters) Sub(o Counters) Counters {
	c.Arrived -= o.Arrived
	c.ArrivedBytes -= o.ArrivedBytes
	c.Lost -= o.Lost
	c.Dropped -= o.Dropped
	c.Overrun -= o.Overrun
	c.Duplicated -= o.Duplicated
	c.Corrupted -= o.Corrupted
	c.Reordered -= o.Reordered
	c.Sent -= o.Sent
	c.SentBytes -= o.SentBytes
	return c
}
