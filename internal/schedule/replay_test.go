package schedule

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func replay(text string) *Replay {
	return NewReplay("f", io.NopCloser(strings.NewReader(text)))
}

func TestReplay(t *testing.T) {
	want := []Arrival{{0, 16}, {250e6, 512}, {250e6, 1024}}
	for name, text := range map[string]string{
		"csv":        "seconds,bytes\n# a comment\n0,16\n\n0.25, 512\n.25,1024\n",
		"json lines": `{"t":0,"size":16}` + "\r\n" + `{"t":0.25,"size":512}` + "\n" + `{"size":1024,"t":0.25,"more":1}`,
	} {
		r := replay(text)
		var got []Arrival
		for a := r.Next(); a.At != Never; a = r.Next() {
			got = append(got, a)
		}
		if diff := cmp.Diff(want, got); diff != "" || r.Err() != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, r.Err(), diff)
		}
	}
}

func TestReplayFaults(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"1,16\n0.5,16\n", "f:2: time goes back"},
		{"0,15\n", "f:1: a size of 16"},
		{"0,1e9\n", "f:1: a size"},
		{"-1,64\n", "f:1: a time"},
		{"NaN,64\n", "f:1: a time"},
		{"0,64\nx,y\n", "f:2: SECONDS,BYTES"},
		{"0\n", "f:1: SECONDS,BYTES"},
		{`{"t":1}`, `f:1: {"t"`},
		{"0,64\n" + strings.Repeat("9", 5000), "f:2: "},
	} {
		r := replay(tt.text)
		for r.Next().At != Never {
			continue
		}
		if r.Err() == nil || !strings.HasPrefix(r.Err().Error(), tt.want) {
			t.Errorf("%.20q: %v, want %s…", tt.text, r.Err(), tt.want)
		}
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct{ path, want string }{
		{file("good", "0,64\n1,64\n"), ""},
		{file("empty", "# nothing\n"), "no message in it"},
		{file("bad", "0,64\n1,1\n"), "bad:2: a size of 16"},
		{filepath.Join(dir, "none"), "relative to the working directory"},
		{dir, "no regular file"},
	} {
		err := Check(tt.path)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.path, err, tt.want)
		}
	}
}

func FuzzReplay(f *testing.F) {
	f.Add("0,16\n0.25,512\n")
	f.Add(`{"t":0,"size":16}`)
	f.Fuzz(func(t *testing.T, text string) {
		r := replay(text)
		last := int64(0)
		for a := r.Next(); a.At != Never; a = r.Next() {
			if a.At < last || a.Size < 16 {
				t.Fatalf("%+v after %d", a, last)
			}
			last = a.At
		}
	})
}
