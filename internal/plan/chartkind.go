package plan

// A ChartKind is one sort of picture a scenario can ask for.
type ChartKind struct {
	Name   string
	Metric string // drawn where the chart names none; "" if the kind takes none
	X      bool   // needs a factor x: on the horizontal axis, or along each line
	Timed  bool   // draws cells with latency histograms only
	Doc    string
}

// ChartKinds lists every sort of picture in the order the reference shows them.
var ChartKinds = []ChartKind{
	{Name: "throughput", Metric: "goodput_bytes_per_second", X: true, Doc: "A metric against a factor, one line for each series."},
	{Name: "ratio", Metric: "goodput_bytes_per_second", X: true, Doc: "The ratio to the base of the comparison against a factor, with the mark and where it is crossed."},
	{Name: "latency", Timed: true, Doc: "Latency by percentile, one line for each cell or series, on the HdrHistogram axis."},
	{Name: "calls", Metric: "write_calls_per_message", X: true, Doc: "Write calls per message against a factor."},
	{Name: "frontier", Metric: "latency_p99_seconds", X: true, Timed: true, Doc: "Latency against write calls per message, one line for each series; x is the factor whose values the points of a line are named by."},
	{Name: "heatmap", Metric: "goodput_bytes_per_second", X: true, Doc: "The ratio to the base of the comparison as tiles, a factor across and message size upwards, with the contour of the mark."},
	{Name: "rtt", Metric: "goodput_bytes_per_second", X: true, Doc: "Goodput against round-trip time, with the limit the link sets; the title gives the share of it that is reached."},
	{Name: "latency-profiles", X: true, Timed: true, Doc: "Latency at 50, 90, 99 and 99.9 % for each value of a factor, such as the network."},
}

// ChartKindNamed returns the sort of picture of that name.
func ChartKindNamed(name string) (ChartKind, bool) {
	for _, k := range ChartKinds {
		if k.Name == name {
			return k, true
		}
	}
	return ChartKind{}, false
}
