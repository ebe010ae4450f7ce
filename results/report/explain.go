package report

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/model"
)

// Explain writes prediction beside measurement, cell by cell, then how close the
// predictions are and the constants they rest on.
func Explain(w io.Writer, s results.Summary, e model.Explanation) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s: %s\npredicted by constants that were fitted to the other half of the cells\n", s.Scenario, s.Title)
	byID := map[string]model.Explained{}
	for _, x := range e.Cells {
		byID[x.Cell] = x
	}
	for _, group := range results.Groups(s.Cells) {
		explainGroup(b, s, group, byID)
	}
	scores(b, e)
	constants(b, e)
	for _, text := range e.Warnings {
		fmt.Fprintf(b, "\n%s\n", text)
	}
	return b.Flush()
}

func explainGroup(w io.Writer, s results.Summary, group string, byID map[string]model.Explained) {
	var cells []results.Cell
	var of []model.Explained
	for _, c := range s.Cells {
		if x, ok := byID[c.ID]; ok && c.In(group) {
			cells = append(cells, c)
			of = append(of, x)
		}
	}
	if len(cells) == 0 {
		return
	}
	varying, constant := split(cells)
	fmt.Fprintln(w)
	if head := heading(group, constant); head != "" {
		fmt.Fprintln(w, head)
	}
	var columns []column
	for _, f := range varying {
		columns = append(columns, factorColumn(f, cells))
	}
	rate, cpu := column{head: "messages/s"}, column{head: "server CPU/message"}
	rateSays, cpuSays := column{head: "predicted"}, column{head: "predicted"}
	rateOff, cpuOff := column{head: "off"}, column{head: "off"}
	limits := column{head: "limit", text: true}
	for _, x := range of {
		expected, apart := model.Figures{Rate: math.NaN()}, model.Figures{Rate: math.NaN()}
		if x.Expected != nil {
			expected, apart = *x.Expected, *x.Apart
		}
		rate.add(known(&x.Measured.Rate, units.Number), "")
		rateSays.add(known(&expected.Rate, units.Number), "")
		rateOff.add(known(&apart.Rate, signed), "")
		cpu.add(known(x.Measured.CPU, units.Duration), "")
		cpuSays.add(known(expected.CPU, units.Duration), "")
		cpuOff.add(known(apart.CPU, signed), "")
		limits.add(string(x.Limit), "")
	}
	write(w, append(columns, rate, rateSays, rateOff, cpu, cpuSays, cpuOff, limits))
}

// known writes a number, or a dash where it is not known.
func known(v *float64, form func(float64) string) string {
	if v == nil || math.IsNaN(*v) {
		return "–"
	}
	return form(*v)
}

func signed(v float64) string { return fmt.Sprintf("%+.0f %%", 100*v) }

func scores(w io.Writer, e model.Explanation) {
	fmt.Fprintf(w, "\nheld-out cells within %.0f %% of the measurement\n", 100*model.Close)
	class, n := column{head: "cells", text: true}, column{head: "number"}
	rate, cpu := column{head: "messages/s"}, column{head: "CPU/message"}
	all := model.Score{Class: "all"}
	for _, s := range append(e.Scores, model.Score{}) {
		if s.Class == "" {
			s = all
		} else {
			all.Cells, all.Rate, all.CPU = all.Cells+s.Cells, all.Rate+s.Rate, all.CPU+s.CPU
		}
		class.add(s.Class, "")
		n.add(fmt.Sprint(s.Cells), "")
		rate.add(fmt.Sprint(s.Rate), "")
		cpu.add(fmt.Sprint(s.CPU), "")
	}
	write(w, []column{class, n, rate, cpu})
}

func constants(w io.Writer, e model.Explanation) {
	fmt.Fprintln(w, "\nconstants, fitted to all cells")
	class, amount := column{head: "cells", text: true}, column{head: "each", text: true}
	takes, costs := column{head: "takes"}, column{head: "CPU"}
	type key struct{ class, amount string }
	seen := map[key]int{}
	for _, c := range e.Constants {
		k := key{c.Class, c.Amount}
		row, have := seen[k]
		if !have {
			row = len(class.figures)
			seen[k] = row
			class.add(c.Class, "")
			amount.add(c.Amount, "")
			takes.add("–", "")
			costs.add("–", "")
		}
		if c.Of == "time" {
			takes.figures[row] = units.Duration(c.Value)
		} else {
			costs.figures[row] = units.Duration(c.Value)
		}
	}
	write(w, []column{class, amount, takes, costs})
}
