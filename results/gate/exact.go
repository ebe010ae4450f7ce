package gate

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// An exact says how a metric is compared by counts of whole trials where the
// load determines it.
type exact struct {
	count, per string // names of results.Trial.Counts
	// edge is how many of the count one connection may have more or less for the
	// same messages: the last buffer of a stream leaves when the stream ends,
	// wherever that is.
	edge float64
}

// exactly tells how a metric of cells like this is compared exactly, or nil
// where the load does not determine it.
func exactly(metric string, v plan.Values) *exact {
	if v.Text("server") != plan.Ours || v.Number("slow_share") > 0 || v.Text("overflow") != "block" || v.Number("write_deadline") > 0 || v.Number("heartbeat") > 0 || v.Number("idle_close") > 0 {
		return nil // messages may stay unsent, or come in between
	}
	switch metric {
	case "write_calls_per_message":
		if steady(v) {
			return &exact{count: results.CountWriteCalls, per: results.CountMessages, edge: edge(v)}
		}
	case "records_per_message":
		if steady(v) && v.Text("tls") != "none" {
			return &exact{count: results.CountRecords, per: results.CountMessages, edge: edge(v)}
		}
	case "frames_per_message":
		if v.Text("transport") == "ws" && !v.Bool("deflate") {
			return &exact{count: results.CountFrames, per: results.CountReceived}
		}
	}
	return nil
}

// steady tells whether write calls follow from the messages alone: not from what
// happens to wait when the writer looks, as with the other strategies and flush
// policies, nor from what compression makes of sequence numbers.
func steady(v plan.Values) bool {
	flush, holds := v["flush"].(string)
	return slices.Contains([]string{"direct", "rawwrite", "bufio"}, v.Text("strategy")) &&
		(!holds || flush == "each" || flush == "full") &&
		slices.Contains([]string{"tcp", "sse", "ws"}, v.Text("transport")) && !v.Bool("deflate")
}

// edge is 0 where each message is one call from first to last. TLS adds the records
// of a handshake and of an end, and makes those at the start of a stream smaller.
func edge(v plan.Values) float64 {
	if v.Text("tls") != "none" {
		return 16
	}
	if v.Text("transport") == "tcp" && v.Text("tls") == "none" && v.Text("flush") == "each" {
		return 0
	}
	return 1
}

// exactBlocks is how many blocks settle an exact comparison. One would do where the
// count is determined, as is claimed; an odd trial shall not be the verdict.
const exactBlocks = 3

// A tally is counts of whole trials, summed.
type tally struct {
	Count  uint64 `json:"count"`
	Per    uint64 `json:"per"` // messages, as a rule
	Trials int    `json:"trials"`
}

// add takes a trial's counts; ok is false if it has none.
func (e exact) add(t *tally, trial results.Trial) (ok bool) {
	per := trial.Counts[e.per]
	if _, counted := trial.Counts[e.count]; !counted || per == 0 {
		return false
	}
	t.Count += trial.Counts[e.count]
	t.Per += per
	t.Trials++
	return true
}

// compare holds the head's count against what the base makes for as many
// messages. differs is how many more the head made, and zero within what the ends
// of streams leave open; ratio is NaN where the base made none.
func (e exact) compare(base, head tally, connections, least float64) (ratio, differs float64) {
	scale := float64(head.Per) / float64(base.Per)
	expected := float64(base.Count) * scale
	differs = float64(head.Count) - expected
	edges := e.edge * connections * (float64(head.Trials) + float64(base.Trials)*scale)
	const rounding = 0.01 // of the sums, far below one count
	if tolerance := max(edges, least*expected) + rounding; differs >= -tolerance && differs <= tolerance {
		differs = 0
	}
	if base.Count == 0 {
		return math.NaN(), differs
	}
	return float64(head.Count) / expected, differs
}
