package flame

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// sample is a profile of stacks, the innermost function first, with 10 ms each.
func sample(t testing.TB, stacks ...[]string) []byte {
	t.Helper()
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}}}
	functions := map[string]*profile.Location{}
	for _, names := range stacks {
		s := &profile.Sample{Value: []int64{1, 10e6}}
		for _, name := range names {
			at := functions[name]
			if at == nil {
				f := &profile.Function{ID: uint64(len(functions) + 1), Name: name}
				at = &profile.Location{ID: f.ID, Line: []profile.Line{{Function: f}}}
				functions[name] = at
				p.Function, p.Location = append(p.Function, f), append(p.Location, at)
			}
			s.Location = append(s.Location, at)
		}
		p.Sample = append(p.Sample, s)
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTree(t *testing.T) {
	root, unit, err := Read(sample(t, []string{"write", "send", "main"}, []string{"write", "send", "main"}, []string{"gc"}))
	if err != nil || unit != "nanoseconds" {
		t.Fatal(unit, err)
	}
	if root.Value != 30e6 || root.Depth() != 4 || len(root.Children) != 2 {
		t.Fatalf("%+v", root)
	}
	if gc, main := root.Children[0], root.Children[1]; gc.Name != "gc" || main.Value != 20e6 || main.Children[0].Children[0].Name != "write" {
		t.Errorf("%+v %+v", gc, main)
	}
}

// Whatever functions are called, the picture is well-formed and holds no markup of
// theirs.
func TestEscaped(t *testing.T) {
	root, _, err := Read(sample(t, []string{"</text><script>alert(1)</script>", "a\x00\x1b\xff&b"}))
	if err != nil {
		t.Fatal(err)
	}
	svg := SVG(root, "<title>", "\x07")
	wellFormed(t, svg)
	if strings.Contains(string(svg), "<script") {
		t.Error("markup got through")
	}
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample(f, []string{"write", "main"}))
	f.Add([]byte{})
	f.Add([]byte("no profile"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		root, _, err := Read(data)
		if err == nil {
			wellFormed(t, SVG(root, "t", "s"))
		}
	})
}
