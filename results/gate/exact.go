package gate

import (
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
	if v.Text("server") != plan.Ours || v.Number("slow_share") > 0 || v.Text("overflow") != "block" || v.Number("write_deadline") > 0 {
		return nil // messages may stay unsent
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

// edge is 0 where each message is one call from first to last.
func edge(v plan.Values) float64 {
	if v.Text("transport") == "tcp" && v.Text("tls") == "none" && v.Text("flush") == "each" {
		return 0
	}
	return 1
}

// exactBlocks is how many blocks settle an exact comparison. One would do; that
// several agree shows that the count is determined, as is claimed.
const exactBlocks = 3

// ratio compares the counts of whole trials, summed over blocks: how many the
// base makes for as many messages as the head had. differs is how many more the
// head made than that, and zero within what the ends of streams leave open.
func (e exact) ratio(pairs []blockPair, connections, least float64) (ratio, differs float64, ok bool) {
	var base, head, edges float64
	for _, p := range pairs {
		b, h := p.base.Counts, p.head.Counts
		_, counted := b[e.count]
		if _, both := h[e.count]; !counted || !both || b[e.per] == 0 || h[e.per] == 0 {
			return 0, 0, false
		}
		scale := float64(h[e.per]) / float64(b[e.per])
		base += float64(b[e.count]) * scale
		head += float64(h[e.count])
		edges += e.edge * connections * (1 + scale)
	}
	differs = head - base
	// Rounding of the sums is far below one count.
	if tolerance := max(edges, least*base); differs >= -tolerance-0.01 && differs <= tolerance+0.01 {
		differs = 0
	}
	if base > 0 {
		ratio = head / base
	}
	return ratio, differs, base+head > 0
}
