package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/gate"
)

// Rules writes what a gate would decide, from its decision before any trial: one
// row for each cell of each rule.
func Rules(w io.Writer, rules []plan.Rule, d gate.Decision) error {
	b := bufio.NewWriter(w)
	common, names := shorten(d.Comparisons)
	if common != "" {
		fmt.Fprintf(b, "every cell: %s\n", common)
	}
	metric, method, least := column{head: "metric", text: true}, column{head: "method", text: true}, column{head: "matters from"}
	most, cell := column{head: "at most"}, column{head: "cell", text: true}
	for _, c := range d.Comparisons {
		metric.add(c.Metric, "")
		method.add(c.Method, "")
		least.add(matters(c), "")
		most.add(cmp.Or(rules[c.Rule].MaxTime, plan.DefaultMaxTime).Duration().Round(time.Second).String(), "")
		cell.add(names[c.Cell], "")
	}
	write(b, []column{metric, method, least, most, cell})
	return b.Flush()
}
