package jsonfield

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for _, c := range []struct{ doc, path, want string }{
		{`{"t":1}`, "t", "1"},
		{` { "a" : {"b" : -1.5e3 } , "c":[{"b":2}] } `, "a.b", "-1.5e3"},
		{`{"a":{"b":{"c":"x"}}}`, "a.b.c", `"x"`},
		{`{"a":{"b":1}}`, "a", `{"b":1}`},
		{`{"t":1,"t":2}`, "t", "2"},
		{`{"a":{"b":1},"a":{"c":2}}`, "a.b", ""}, // the last a has none
		{`{"a":{"b":1},"a":3}`, "a.b", ""},
		{`{"\u0074":1}`, "t", "1"},
		{`{"x\"t":1,"t":2}`, "t", "2"},
		{`{"c":{"t":1}}`, "t", ""},
		{`[{"t":1}]`, "t", ""},
		{`{"t":null}`, "t", "null"},
		{`17`, "t", ""},
		{`{}`, "t", ""},
	} {
		p, err := ParsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Find([]byte(c.doc))
		if string(got) != c.want || (c.want == "") != errors.Is(err, ErrNoField) {
			t.Errorf("%s in %s: %q, %v; want %q", c.path, c.doc, got, err, c.want)
		}
	}
	for _, doc := range []string{"", " ", "{", `{"t"}`, `{"t":}`, `{"t":1,}`, `{"t":1} x`, `{"t":01}`, `{"t":1.}`, `{t:1}`, `{"t":"\x"}`, "{\"t\":\"\n\"}", `{"t":tru}`, `[1,]`, `{"t":-}`, `"a`, "nul"} {
		if got, err := (Path{"t"}).Find([]byte(doc)); !errors.Is(err, ErrNotJSON) {
			t.Errorf("%q: %q, %v", doc, got, err)
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	for _, open := range []string{"[", `{"t":`} {
		if _, err := (Path{"t"}).Find(bytes.Repeat([]byte(open), 1<<20)); !errors.Is(err, ErrNotJSON) {
			t.Errorf("a million times %s: %v", open, err)
		}
	}
}

func TestParsePathRefuses(t *testing.T) {
	for _, s := range []string{"", ".", "a.", ".a", "a..b", "\xff"} {
		if p, err := ParsePath(s); err == nil {
			t.Errorf("%q: %v", s, p)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		value string
		unit  int64
		want  int64
		ok    bool
	}{
		{"1700000000123", 1e6, 1700000000123e6, true},
		{`"1700000000123"`, 1e6, 1700000000123e6, true},
		{"1700000000.123456789", 1e9, 1700000000123456789, true},
		{"1.9999999999", 1e9, 1999999999, true},
		{"-2.5", 1000, -2500, true},
		{"1.7e12", 1e6, 17e17, true},
		{"1e400", 1, 0, false},
		{"9223372036854775807", 1e6, 0, false},
		{`"x"`, 1, 0, false},
		{`""`, 1, 0, false},
		{"null", 1, 0, false},
		{"{}", 1, 0, false},
		{`"1."`, 1, 1, true},
	} {
		got, err := Scaled([]byte(c.value), c.unit)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s × %d: %d, %v; want %d", c.value, c.unit, got, err, c.want)
		}
	}
	for value, want := range map[string]uint64{"0": 0, "18446744073709551615": 1<<64 - 1, `"7"`: 7, `"\u0037"`: 7} {
		if got, err := Uint([]byte(value)); got != want || err != nil {
			t.Errorf("%s: %d, %v", value, got, err)
		}
	}
	for _, value := range []string{"-1", "1.5", "18446744073709551616", "null", `""`, "1e3"} {
		if got, err := Uint([]byte(value)); err == nil {
			t.Errorf("%s: %d", value, got)
		}
	}
}

// oracle finds a field by encoding/json.
func oracle(doc []byte, p Path) (string, error) {
	if !json.Valid(doc) {
		return "", ErrNotJSON
	}
	for _, name := range p {
		var object map[string]json.RawMessage
		if len(doc) == 0 || json.Unmarshal(doc, &object) != nil {
			return "", ErrNoField
		}
		doc = object[name]
	}
	if doc == nil {
		return "", ErrNoField
	}
	return string(doc), nil
}

// deep tells whether a document may be nested beyond what is read.
func deep(doc []byte) bool {
	return bytes.Count(doc, []byte("["))+bytes.Count(doc, []byte("{")) > MaxDepth
}

func FuzzFind(f *testing.F) {
	for _, doc := range []string{
		`{"a":{"b":1,"c":[1,2,{"b":3}]},"t":"x\u00e9\n"}`, `{"a":{"b":1},"a":{"b":2}}`, `{"a":null}`, ` [1.5e-3 , true,false,null] `,
		`{"\u0061":{"b":"\ud800"}}`, `{"a`, `{"a":{"b":01}}`, "{\"\xff\":1}",
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if deep(doc) {
			return
		}
		for _, p := range []Path{{"a"}, {"a", "b"}, {"t"}} {
			got, err := p.Find(doc)
			want, wantErr := oracle(doc, p)
			if string(got) != want || !errors.Is(err, wantErr) {
				t.Errorf("%v in %q: %q, %v; encoding/json has %q, %v", p, doc, got, err, want, wantErr)
			}
		}
	})
}

// FuzzScaled holds the numbers against exact arithmetic.
func FuzzScaled(f *testing.F) {
	for _, s := range []string{"1700000000123", "1.5", "-0.001", "1e3", "9223372036854", "9.3e18", `"5"`, "00", "1e-400"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Scaled([]byte(s), 1e6)
		if err != nil || strings.ContainsAny(s, "eExXpP_\"nNiI") {
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q gave %d", s, got)
		}
		want.Mul(want, big.NewRat(1e6, 1))
		// One nanosecond, or what a float64 cannot tell where the digits do not fit.
		allowed := new(big.Rat).Abs(want)
		allowed.Mul(allowed, big.NewRat(1, 1<<52)).Add(allowed, big.NewRat(1, 1))
		if d := new(big.Rat).Sub(want, new(big.Rat).SetInt64(got)); d.Abs(d).Cmp(allowed) > 0 {
			t.Errorf("%q × 1e6 = %d", s, got)
		}
	})
}

var document = []byte(`{"type":"trade","symbol":"ABCD","price":1234.5,"size":100,"meta":{"ts":1700000000123,"seq":987654321,"venue":"X"},"text":"some words that make the message longer"}`)

func TestFindDoesNotAllocate(t *testing.T) {
	p := Path{"meta", "ts"}
	if n := testing.AllocsPerRun(100, func() {
		v, err := p.Find(document)
		if ns, _ := Scaled(v, 1e6); err != nil || ns != 1700000000123e6 {
			t.Fatal(ns, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFind(b *testing.B) {
	p := Path{"meta", "ts"}
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		v, _ := p.Find(document)
		if _, err := Scaled(v, 1e6); err != nil {
			b.Fatal(err)
		}
	}
}
