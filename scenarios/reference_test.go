package scenarios

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// sections are the parts of docs/scenarios.md that are made from the tables.
var sections = map[string]func(*bytes.Buffer){
	"scenarios": builtinTable,
	"keys":      keyTables,
	"factors":   factorTable,
	"applies":   appliesTable,
	"units":     unitTable,
	"charts":    chartTable,
	"mistakes":  mistakesExample,
}

var generated = regexp.MustCompile(`(?s)(<!-- generated: ([a-z]+) -->\n).*?(<!-- end -->)`)

func TestReferenceIsCommitted(t *testing.T) {
	const name = "../docs/scenarios.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	golden(t, name, generated.ReplaceAllFunc(text, func(part []byte) []byte {
		m := generated.FindSubmatch(part)
		section, ok := sections[string(m[2])]
		if !ok {
			t.Errorf("%s: there is no section %q", name, m[2])
			return part
		}
		seen++
		out := bytes.NewBuffer(bytes.Clone(m[1]))
		section(out)
		out.Write(m[3])
		return out.Bytes()
	}))
	if seen != len(sections) {
		t.Errorf("%s has %d of %d generated sections", name, seen, len(sections))
	}
}

// TestReferenceExamples reads every scenario shown in the reference, but the
// one that is there for its mistakes.
func TestReferenceExamples(t *testing.T) {
	text, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, m := range regexp.MustCompile("(?s)```yaml\n(name: .*?)```").FindAllSubmatch(generated.ReplaceAll(text, nil), -1) {
		if _, err := Parse("docs/scenarios.md", m[1]); err != nil {
			t.Errorf("%v", err)
		}
		read++
	}
	if read == 0 {
		t.Error("no example was found")
	}
}

func builtinTable(out *bytes.Buffer) {
	fmt.Fprintln(out, "| name | title | cells | blocks | takes about |\n|---|---|---|---|---|")
	for _, name := range builtins() {
		s, err := Load(name)
		if err != nil {
			panic(err)
		}
		p, err := s.Plan(Options{})
		if err != nil {
			panic(err)
		}
		e := Estimate(p)
		blocks, span := fmt.Sprintf("%d–%d", p.Measure.MinBlocks, p.Measure.MaxBlocks), fmt.Sprintf("%v–%v", e.Least.Round(time.Second), e.Most.Round(time.Second))
		if e.Least == e.Most {
			blocks, span = fmt.Sprint(p.Measure.MinBlocks), e.Least.Round(time.Second).String()
		}
		fmt.Fprintf(out, "| [%s](../scenarios/%s.yaml) | %s | %d | %s | %s |\n", name, name, s.Title, len(p.Cells), blocks, span)
	}
}

func keyTables(out *bytes.Buffer) {
	for _, table := range []struct {
		head string
		of   any
	}{
		{"A scenario", document{}},
		{"A group", group{}},
		{"`server`, and each of `servers`", program{}},
		{"`measure`", measure{}},
		{"`blocks`", blocks{}},
		{"`compare`", comparison{}},
		{"`charts`", chart{}},
		{"`gate`", gateRule{}},
	} {
		fmt.Fprintf(out, "\n### %s\n\n| key | must | meaning |\n|---|---|---|\n", table.head)
		for _, f := range fields(reflect.TypeOf(table.of)) {
			must := ""
			if f.required {
				must = "yes"
			}
			fmt.Fprintf(out, "| `%s` | %s | %s |\n", f.name, must, f.doc)
		}
	}
	fmt.Fprint(out, "\n### `load`\n\n| key | factor it sets |\n|---|---|\n")
	for _, k := range loadKeys {
		fmt.Fprintf(out, "| `%s` | `%s` |\n", k.name, k.factor)
	}
	fmt.Fprintln(out)
}

func factorTable(out *bytes.Buffer) {
	fmt.Fprintln(out, "| factor | values | if left out | meaning |\n|---|---|---|---|")
	for _, name := range factorNames() {
		f, _ := plan.FactorNamed(name)
		values := "a word"
		if patternOf(f) == pathPattern {
			values = "a path"
		}
		if d, number := quantity.Of(f.Kind); number {
			values = fmt.Sprintf("%v, from %s", d, d.Format(f.Min))
			if f.Max != 0 {
				values += " to " + d.Format(f.Max)
			}
		} else if known := options(f); known != nil {
			values = "`" + strings.Join(known, "`, `") + "`"
		}
		if f.Name == "network" {
			values += ", or a path ending in `.yaml`"
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", f.Name, values, display(f, f.Default), f.Doc)
	}
}

func appliesTable(out *bytes.Buffer) {
	fmt.Fprintln(out, "| factor | applies to cells with |\n|---|---|")
	for _, r := range rules {
		fmt.Fprintf(out, "| `%s` | %s |\n", r.factor, r.needs)
	}
	fmt.Fprintf(out, "| all but `%s` | %s |\n", strings.Join(anyServer, "`, `"), ourServer)
}

func unitTable(out *bytes.Buffer) {
	fmt.Fprintln(out, "| what | written like | units |\n|---|---|---|")
	for d := quantity.Count; d <= quantity.Share; d++ {
		units := "`" + strings.Join(d.Units(), "`, `") + "`"
		if d == quantity.Count {
			units = "none"
		}
		fmt.Fprintf(out, "| %v | `%s` | %s |\n", d, strings.ReplaceAll(d.Example(), " or ", "`, `"), units)
	}
}

func chartTable(out *bytes.Buffer) {
	fmt.Fprintln(out, "| kind | needs `x` | metric if none is named | shows |\n|---|---|---|---|")
	for _, k := range plan.ChartKinds {
		x, metric := "takes none", "takes none"
		if k.X {
			x = "yes"
		}
		if k.Metric != "" {
			metric = "`" + k.Metric + "`"
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", k.Name, x, metric, k.Doc)
	}
}

func mistakesExample(out *bytes.Buffer) {
	text, err := os.ReadFile("testdata/mistakes.yaml")
	if err != nil {
		panic(err)
	}
	_, err = Parse("my-ratio.yaml", text)
	fmt.Fprintf(out, "```yaml\n%s```\n\n```\n%v\n```\n", text, err)
}
