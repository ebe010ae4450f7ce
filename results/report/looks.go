package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// Looks writes what a probe saw, one line a cell with the median over its pairs,
// then what looking cost: the same pairs tell.
func Looks(w io.Writer, looks []results.Look) error {
	cells, byCell := ofKind("probe", looks)
	if len(cells) == 0 {
		return nil
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "\nThe kernel's view, from blocks of its own (calls and segments a message):\n")
	lookTable(b, results.LookFigures, cells, byCell)
	cost(b, cells, byCell)
	notes(b, byCell, cells)
	return b.Flush()
}

// Profiles writes what the server's own profiles tell, one line a cell.
func Profiles(w io.Writer, looks []results.Look) error {
	cells, byCell := ofKind("profile", looks)
	if len(cells) == 0 {
		return nil
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "\nThe server's scheduler and memory, from trials of their own:\n")
	lookTable(b, results.ProfileFigures, cells, byCell)
	return b.Flush()
}

// Syscalls writes how often the server made each system call that can carry bytes, one
// line a cell.
func Syscalls(w io.Writer, looks []results.Look) error {
	cells, byCell := ofKind("syscalls", looks)
	if len(cells) == 0 {
		return nil
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "\nSystem calls of the server a message, from trials of their own:\n")
	lookTable(b, results.SyscallFigures, cells, byCell)
	notes(b, byCell, cells)
	return b.Flush()
}

// ofKind sorts the looks of one kind by cell.
func ofKind(kind string, looks []results.Look) (cells []string, byCell map[string][]results.Look) {
	byCell = map[string][]results.Look{}
	for _, l := range looks {
		if l.Kind == kind {
			byCell[l.Cell] = append(byCell[l.Cell], l)
		}
	}
	return slices.Sorted(maps.Keys(byCell)), byCell
}

func lookTable(w io.Writer, figures []results.LookFigure, cells []string, byCell map[string][]results.Look) {
	columns := []column{{head: "cell", text: true}}
	for _, f := range figures {
		if c, ok := lookColumn(f, cells, byCell); ok {
			columns = append(columns, c)
		}
	}
	for _, cell := range cells {
		columns[0].add(cell, "")
	}
	write(w, columns)
}

// lookColumn is one figure of every cell; ok is false where no cell has it or no
// table shows it.
func lookColumn(f results.LookFigure, cells []string, byCell map[string][]results.Look) (c column, ok bool) {
	c.head = f.Head
	for _, cell := range cells {
		var v []float64
		for _, l := range byCell[cell] {
			if x, have := l.Figures[f.Name]; have {
				v = append(v, x)
			}
		}
		if len(v) == 0 {
			c.add("n/a", "")
			continue
		}
		ok = true
		c.add(lookFigure(f.Unit, middle(v)), "")
	}
	return c, ok && f.Head != ""
}

func lookFigure(unit string, v float64) string {
	switch unit {
	case "B":
		return units.Size(v)
	case "s":
		return units.Duration(v)
	case "share":
		return fmt.Sprintf("%.2f", v)
	}
	return units.Digits(v, 3)
}

// cost writes what the look itself took, by the pairs with and without it.
func cost(w io.Writer, cells []string, byCell map[string][]results.Look) {
	for _, cell := range cells {
		var slower, cpu []float64
		for _, l := range byCell[cell] {
			if l.With.State == results.Invalid || l.Without.State == results.Invalid {
				continue
			}
			if with, without := l.With.Metrics["messages_per_second"], l.Without.Metrics["messages_per_second"]; with > 0 && without > 0 {
				slower = append(slower, 1-with/without)
			}
			sends, has := l.Figures["sends_per_message"]
			with, without := l.With.Metrics["server_cpu_seconds_per_message"], l.Without.Metrics["server_cpu_seconds_per_message"]
			if has && sends > 0 && with > 0 && without > 0 {
				cpu = append(cpu, (with-without)/sends)
			}
		}
		if len(slower) == 0 {
			fmt.Fprintf(w, "looking cost %s: n/a, no pair had two valid trials\n", cell)
			continue
		}
		fmt.Fprintf(w, "looking cost %s: %.1f %% of messages/s", cell, 100*middle(slower))
		if len(cpu) > 0 {
			fmt.Fprintf(w, ", %s of server CPU a send", units.Duration(middle(cpu)))
		}
		fmt.Fprintf(w, " (median of %s with and without)\n", plural(len(slower), "pair"))
	}
}

// notes says how it was looked, what is missing and what was lost.
func notes(w io.Writer, byCell map[string][]results.Look, cells []string) {
	said := map[string]bool{}
	say := func(format string, args ...any) {
		if line := fmt.Sprintf(format, args...); !said[line] {
			said[line] = true
			fmt.Fprintln(w, line)
		}
	}
	for _, cell := range cells {
		for _, l := range byCell[cell] {
			if l.Mechanism != "" {
				say("seen by %s", l.Mechanism)
			}
			for _, r := range l.Refused {
				say("not by %s", r)
			}
			for _, name := range slices.Sorted(maps.Keys(l.Missing)) {
				say("n/a: %s: %s", name, l.Missing[name])
			}
			for _, name := range slices.Sorted(maps.Keys(l.Lost)) {
				say("%s: lost %d %s: figures that rest on counts are too low", l.Cell, l.Lost[name], name)
			}
		}
	}
}

func middle(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}
