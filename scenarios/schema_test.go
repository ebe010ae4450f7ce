package scenarios

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the generated files")

// golden compares a committed file with what is generated for it.
func golden(t *testing.T, name string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date; run go test ./scenarios -update", name)
	}
}

func TestSchemaIsCommitted(t *testing.T) { golden(t, "schema.json", Schema()) }

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

func TestSchemaAcceptsBuiltin(t *testing.T) {
	s := compileSchema(t)
	for _, name := range builtins() {
		text, err := files.ReadFile(name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, s, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	for _, text := range []string{
		"title: no name\nmatrix: {message: [64B]}",
		"name: a\nmatrx: {message: [64B]}",
		"name: a\nmatrix: {mesage: [64B]}",
		"name: a\nmatrix: {message: [64]}",
		"name: a\nmatrix: {message: []}",
		"name: a\nmatrix: {message: [64B, 64B]}",
		"name: a\nmatrix: {strategy: bufo}",
		"name: a\nmatrix: {nodelay: 1}",
		"name: a\nmatrix: {connections: 0}",
		"name: a\nmeasure: {until: 0.05}",
		"name: a\nmeasure: {blocks: {min: 0}}",
		"name: a\ncases: [{message: [64B]}]",
		"name: a\nload: {mode: slow}",
		"name: a\ncompare: {factor: strategy, base: direct}",
		"name: a\ncompare: {factor: strategy, base: direct, metric: speed}",
		"name: a\ncharts: [{kind: pie}]",
		"name: Upper Case\nmatrix: {message: 64B}",
	} {
		if validate(t, s, []byte(text)) == nil {
			t.Errorf("the schema accepts\n%s", text)
		}
	}
}
