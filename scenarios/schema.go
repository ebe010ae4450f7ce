package scenarios

import (
	"encoding/json"

	"github.com/invopop/jsonschema"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// Schema returns the JSON Schema of scenario files, for editors. What it cannot
// say (which factors apply, what fits the budget) Parse checks alone.
func Schema() []byte {
	r := jsonschema.Reflector{Anonymous: true, ExpandedStruct: true}
	s := r.Reflect(&document{})
	s.ID = "https://github.com/pushbench/pushbench/scenarios/schema.json"
	s.Title = "pushbench scenario"
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // the schema has no value that JSON lacks
	}
	return append(out, '\n')
}

func oneOf(names []string) *jsonschema.Schema {
	s := &jsonschema.Schema{}
	for _, n := range names {
		s.Enum = append(s.Enum, n)
	}
	return s
}

func text(pattern string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: pattern}
}

func (word) JSONSchema() *jsonschema.Schema       { return &jsonschema.Schema{Type: "string"} }
func (slug) JSONSchema() *jsonschema.Schema       { return text(slugPattern) }
func (factorName) JSONSchema() *jsonschema.Schema { return oneOf(factorNames()) }
func (metricName) JSONSchema() *jsonschema.Schema { return oneOf(metricNames()) }
func (chartKind) JSONSchema() *jsonschema.Schema  { return oneOf(chartKindNames()) }
func (span) JSONSchema() *jsonschema.Schema       { return text(quantity.Time.Pattern()) }
func (confidence) JSONSchema() *jsonschema.Schema { return text(quantity.Share.Pattern()) }
func (until) JSONSchema() *jsonschema.Schema      { return text(quantity.Share.Pattern()) }

func (raw) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
}

func (blockCount) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: "1", Maximum: "10000"}
}

func (positive) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "number", ExclusiveMinimum: "0"}
}

func (readyWay) JSONSchema() *jsonschema.Schema    { return oneOf(plan.ReadyWays) }
func (messageForm) JSONSchema() *jsonschema.Schema { return oneOf(plan.MessageForms) }
func (expression) JSONSchema() *jsonschema.Schema  { return &jsonschema.Schema{Type: "string"} }
func (stampPlace) JSONSchema() *jsonschema.Schema  { return text(`^json:.+:[a-z0-9]+$`) }
func (numberPlace) JSONSchema() *jsonschema.Schema { return text(`^json:.+$`) }

func (arguments) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: raw{}.JSONSchema(), MinItems: ptr(1)}
}

func (environment) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", PropertyNames: text(variablePattern), AdditionalProperties: raw{}.JSONSchema()}
}

func (programs) JSONSchema() *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true}
	one := r.Reflect(&program{})
	one.Version = ""
	return &jsonschema.Schema{Type: "object", PropertyNames: text(wordPattern), AdditionalProperties: one}
}

func (comparisons) JSONSchema() *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true}
	one := r.Reflect(&comparison{})
	one.Version = ""
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{one, {Type: "array", Items: one}}}
}

func (matrix) JSONSchema() *jsonschema.Schema {
	return factors(factorKeys, func(one *jsonschema.Schema) *jsonschema.Schema {
		many := &jsonschema.Schema{Type: "array", Items: one, MinItems: ptr(1), UniqueItems: true}
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{one, many}}
	})
}

func ptr(n uint64) *uint64 { return &n }

func (single) JSONSchema() *jsonschema.Schema { return factors(factorKeys, alone) }
func (load) JSONSchema() *jsonschema.Schema   { return factors(loadKeys, alone) }

func alone(one *jsonschema.Schema) *jsonschema.Schema { return one }

// factors describes a mapping of factors, each value wrapped.
func factors(keys []key, wrap func(*jsonschema.Schema) *jsonschema.Schema) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, k := range keys {
		f, _ := plan.FactorNamed(k.factor)
		v := wrap(valueSchema(f))
		v.Description = f.Doc
		s.Properties.Set(k.name, v)
	}
	return s
}

// valueSchema describes one value of a factor.
func valueSchema(f plan.Factor) *jsonschema.Schema {
	d, number := quantity.Of(f.Kind)
	switch known := options(f); {
	case f.Kind == plan.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case f.Name == "network":
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{oneOf(known), text(patternOf(f))}}
	case known != nil:
		return oneOf(known)
	case f.Kind == plan.Count:
		s := &jsonschema.Schema{Type: "integer", Minimum: number64(f.Min)}
		if f.Max != 0 {
			s.Maximum = number64(f.Max)
		}
		return s
	case number:
		return text(d.Pattern())
	}
	return text(patternOf(f))
}

func number64(x float64) json.Number { return json.Number(quantity.Count.Format(x)) }
