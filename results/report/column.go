package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// A column has a head and one entry a row. Figures are set to the right and
// what follows them, such as "±1.4", to the left of its own.
type column struct {
	head    string
	text    bool // words: set to the left
	figures []string
	after   []string
}

func factorColumn(name string, cells []results.Cell) column {
	c := column{head: strings.ReplaceAll(name, "_", " "), text: true}
	for _, cell := range cells {
		v, ok := cell.Factors[name]
		if !ok {
			c.add("", "") // does not apply to this cell
			continue
		}
		if _, number := v.(float64); number {
			c.text = false
		}
		c.add(units.Value(name, v), "")
	}
	return c
}

func (c *column) add(figure, after string) {
	c.figures = append(c.figures, figure)
	c.after = append(c.after, after)
}

// metricColumn is a metric in one unit, said in the head; ok is false where no
// cell has it.
func metricColumn(name string, cells []results.Cell, legend marks) (c column, ok bool) {
	var sizes []float64
	for _, cell := range cells {
		if m, have := cell.Metrics[name]; have {
			sizes = append(sizes, math.Abs(m.Median))
		}
	}
	if len(sizes) == 0 {
		return column{}, false
	}
	slices.Sort(sizes)
	d, _ := plan.MetricNamed(name)
	unit := units.ForMetric(d.Unit, sizes[(len(sizes)-1)/2])
	c.head = strings.TrimSpace(head(name) + " " + unit.Name)
	for _, cell := range cells {
		m, have := cell.Metrics[name]
		if !have {
			c.add("–", "")
			continue
		}
		mark := ""
		switch {
		case m.Censored && m.Better == "lower":
			mark = legend.use("≤")
		case m.Censored:
			mark = legend.use("≥")
		case m.Lo == nil && !strings.Contains(name, "_max_"):
			mark = legend.use("~")
		}
		figure, after := rounded(m.Median/unit.Size, scaled(m.Lo, unit), scaled(m.Hi, unit), "")
		c.add(mark+figure, after)
	}
	return c, true
}

func head(name string) string {
	if h, ok := heads[name]; ok {
		return h
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "_per_message"), "_seconds")
	return strings.ReplaceAll(name, "_", " ")
}

func scaled(p *float64, u units.Unit) *float64 {
	if p == nil {
		return nil
	}
	v := *p / u.Size
	return &v
}

// ratioColumn is the ratio of a metric to its base; ok is false where the group
// has none.
func ratioColumn(metric, group string, s results.Summary, cells []results.Cell, compare []plan.Compare, legend marks) (c column, ok bool) {
	c.head = "ratio"
	for _, cmp := range compare {
		if cmp.Metric == metric && (cmp.Group == "" || cmp.Group == group) {
			c.head = "× " + units.Value(cmp.Factor, cmp.Base)
			break
		}
	}
	byID := map[string]results.Cell{}
	for _, cell := range s.Cells {
		byID[cell.ID] = cell
	}
	for _, cell := range cells {
		i := slices.IndexFunc(s.Ratios, func(r results.Ratio) bool {
			return r.Cell == cell.ID && r.Metric == metric && (r.Group == "" || r.Group == group)
		})
		if i < 0 {
			c.add("", "")
			continue
		}
		ok = true
		r := s.Ratios[i]
		mark := ""
		// Where less is better a bound is from above, and that of the base from below.
		over, under := cell.Censored > 0, byID[r.Base].Censored > 0
		if d, _ := plan.MetricNamed(metric); d.Better == "lower" {
			over, under = under, over
		}
		switch {
		case r.Censored && over && !under:
			mark = legend.use("≥")
		case r.Censored && under && !over:
			mark = legend.use("≤")
		case r.Censored:
			mark = legend.use("≶")
		case r.Lo == nil:
			mark = legend.use("~")
		}
		figure, after := rounded(r.Ratio, r.Lo, r.Hi, "×")
		c.add(mark+figure, after)
	}
	return c, ok
}

// rounded writes a figure to the digit its interval supports: half the interval
// keeps one significant digit, or two where the first is 1. Without an interval
// it has three.
func rounded(v float64, lo, hi *float64, unit string) (figure, after string) {
	if lo == nil || hi == nil {
		return units.Digits(v, 3) + unit, ""
	}
	half := (*hi - *lo) / 2
	if half <= math.Abs(v)/1e4 {
		return units.Digits(v, 3) + unit, "" // a count that came out the same in every block
	}
	places := -int(math.Floor(math.Log10(half)))
	if half*math.Pow(10, float64(places)) < 1.95 {
		places++
	}
	if v != 0 { // however wide the interval, the figure keeps a digit
		places = max(places, -int(math.Floor(math.Log10(math.Abs(v)))))
	}
	return units.Places(v, places) + unit, "±" + units.Places(half, places)
}

// write prints the columns under their heads.
func write(w io.Writer, columns []column) {
	rows := 0
	var figures, afters []int
	for _, c := range columns {
		rows = max(rows, len(c.figures))
		figures = append(figures, longest(c.figures))
		afters = append(afters, longest(c.after))
	}
	for row := -1; row < rows; row++ {
		var line strings.Builder
		for i, c := range columns {
			width := figures[i]
			if afters[i] > 0 {
				width += 1 + afters[i]
			}
			cell := c.head
			if row >= 0 {
				cell = c.entry(row, figures[i], afters[i])
			}
			width = max(width, utf8.RuneCountInString(c.head))
			gap := strings.Repeat(" ", width-utf8.RuneCountInString(cell))
			if c.text {
				line.WriteString(cell + gap)
			} else {
				line.WriteString(gap + cell)
			}
			line.WriteString("  ")
		}
		fmt.Fprintln(w, "  "+strings.TrimRight(line.String(), " "))
	}
}

func (c column) entry(row, figures, afters int) string {
	f := c.figures[row]
	if c.text {
		return f
	}
	f = strings.Repeat(" ", figures-utf8.RuneCountInString(f)) + f
	if afters > 0 {
		a := c.after[row]
		f += " " + a + strings.Repeat(" ", afters-utf8.RuneCountInString(a))
	}
	return f
}

func longest(texts []string) (n int) {
	for _, t := range texts {
		n = max(n, utf8.RuneCountInString(t))
	}
	return n
}

// marks are the signs a table used, which its legend explains.
type marks map[string]bool

func (m marks) use(sign string) string {
	m[sign] = true
	return sign
}

func (m marks) write(w io.Writer) {
	var parts []string
	for _, e := range [][2]string{
		{"≥", "at least: the reader limited the writer, or the base of the ratio"},
		{"≤", "at most: the reader limited the writer, or the base of the ratio"},
		{"≶", "no bound: the reader limited both sides of the ratio"},
		{"~", "no interval: too few usable blocks, or too few of them with slow messages"},
	} {
		if m[e[0]] {
			parts = append(parts, e[0]+" "+e[1])
		}
	}
	if len(parts) > 0 {
		fmt.Fprintf(w, "\n%s\n", strings.Join(parts, "; "))
	}
}
