package doctor

import (
	"errors"
	"fmt"
	"io/fs"
)

// defaultCongestion is what a cell has where its scenario says nothing.
const defaultCongestion = "cubic"

func congestion(available string, err error) Check {
	c := Check{Name: "congestion control", State: OK, Found: available, Means: "scenarios run with " + defaultCongestion + ", as published figures mostly do"}
	if err != nil {
		c.State, c.Found = Missing, fmt.Sprintf("%v; there are: %s", err, available)
		c.Means = "scenarios that do not choose one cannot run"
		c.Remedy = "modprobe tcp_" + defaultCongestion + ", or choose one that is there: --set congestion=NAME"
		if errors.Is(err, fs.ErrPermission) {
			c.State, c.Means = Limited, "scenarios that do not choose one run as root alone"
			c.Remedy = "as root: sysctl net.ipv4.tcp_allowed_congestion_control=\"" + available + "\"; or choose one that is allowed: --set congestion=reno"
		}
		if available == "" {
			c.State, c.Found, c.Means = Limited, err.Error(), "each result rests on the system's own"
			c.Remedy = unsupported
		}
	}
	return c
}

// A tcpReading is what TCP_INFO told of a connection that had sent sentBytes.
type tcpReading struct {
	bytes    uint64 // tcpi_bytes_sent, since Linux 4.19
	segments uint32 // tcpi_data_segs_out, since Linux 4.6
	busy     uint64 // tcpi_busy_time in microseconds, since Linux 4.9
}

const sentBytes = 1 << 20

func tcpInfo(r tcpReading, err error) Check {
	const name = "TCP_INFO"
	if err != nil {
		return absent(name, err, "no segments, wire bytes or retransmissions; a slow reader is not noticed", unsupported)
	}
	c := Check{Name: name, State: OK, Found: fmt.Sprintf("%d bytes in %d segments counted of %d bytes sent", r.bytes, r.segments, sentBytes)}
	c.Means = "segments, wire bytes, retransmissions and what held the writer back are measured"
	if r.bytes < sentBytes || r.segments == 0 || r.busy == 0 {
		c.State = Limited
		c.Means = "segments, wire bytes or the reader's limit on the writer come out as 0: do not trust them"
		c.Remedy = "take a kernel of 4.19 or later that does TCP itself"
	}
	return c
}
