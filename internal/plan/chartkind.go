package plan

// A ChartKind is one sort of picture a scenario can ask for.
type ChartKind struct {
	Name   string
	Metric string // drawn where the chart names none; "" if the kind takes none
	X      bool   // needs a factor on the horizontal axis
	Timed  bool   // draws cells with latency histograms only
	Doc    string
}

// ChartKinds lists every sort of picture in the order the reference shows them.
var ChartKinds = []ChartKind{
	{Name: "throughput", Metric: "goodput_bytes_per_second", X: true, Doc: "A metric against a factor, one line for each series."},
	{Name: "ratio", Metric: "goodput_bytes_per_second", X: true, Doc: "The ratio to the base of the comparison against a factor, with the mark and where it is crossed."},
	{Name: "latency", Timed: true, Doc: "Latency by percentile, one line for each cell or series, on the HdrHistogram axis."},
	{Name: "calls", Metric: "write_calls_per_message", X: true, Doc: "Write calls per message against a factor."},
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
