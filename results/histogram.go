package results

import (
	"bytes"
	"encoding/base64"
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The names under which Trial.Histograms keeps its two histograms.
const (
	LatencyHistogram = "latency" // receive time minus intended send time
	WriteHistogram   = "write"   // time inside the write call
)

// base64Cookie is how the base64 text of the V2 compressed encoding begins.
var base64Cookie = []byte("HIST")

// EncodeHistogram returns the V2 compressed encoding as raw bytes. JSON turns
// them into the base64 text ("HIST…") that HdrHistogram tools read.
func EncodeHistogram(h *hdrhistogram.Histogram) ([]byte, error) {
	text, err := h.EncodeV2()
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(string(text))
}

// DecodeHistogram reads the V2 compressed encoding, as raw bytes or as the
// base64 text that hdrhistogram's own Encode gives.
func DecodeHistogram(b []byte) (*hdrhistogram.Histogram, error) {
	if !bytes.HasPrefix(b, base64Cookie) {
		b = []byte(base64.StdEncoding.EncodeToString(b))
	}
	h, err := hdrhistogram.Decode(b)
	if err != nil {
		return nil, fmt.Errorf("not an HdrHistogram in the V2 compressed encoding: %w", err)
	}
	return h, nil
}

// rawHistograms copies the map with every histogram as raw bytes, so that the
// file holds one encoding whatever the caller had.
func rawHistograms(in map[string][]byte) (map[string][]byte, error) {
	if len(in) == 0 {
		return nil, nil
	}
	out := make(map[string][]byte, len(in))
	for name, b := range in {
		if bytes.HasPrefix(b, base64Cookie) {
			raw, err := base64.StdEncoding.DecodeString(string(b))
			if err != nil {
				return nil, fmt.Errorf("histogram %s: %w", name, err)
			}
			b = raw
		}
		out[name] = b
	}
	return out, nil
}

// MergeHistograms adds the named histogram of every trial into one. It returns
// nil if no trial has it.
func MergeHistograms(trials []Trial, name string) (*hdrhistogram.Histogram, error) {
	var sum *hdrhistogram.Histogram
	for _, t := range trials {
		b, ok := t.Histograms[name]
		if !ok {
			continue
		}
		h, err := DecodeHistogram(b)
		if err != nil {
			return nil, fmt.Errorf("cell %s, block %d, histogram %s: %w", t.Cell, t.Block, name, err)
		}
		if sum == nil {
			sum = h
			continue
		}
		if lost := sum.Merge(h); lost > 0 {
			return nil, fmt.Errorf("cell %s, block %d, histogram %s: %d values lie outside the range of the other blocks' histograms", t.Cell, t.Block, name, lost)
		}
	}
	return sum, nil
}
