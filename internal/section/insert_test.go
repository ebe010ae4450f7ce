package section

import (
	"os"
	"path/filepath"
	"testing"
)

func TestInsertReplacesOneSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.md")
	const before = "# A\n<!-- begin x -->\nold\n<!-- end x -->\n<!-- begin y -->\nkept\n<!-- end y -->\n"
	if err := os.WriteFile(path, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time changes nothing
		if err := Insert(path, "x", []byte("\nnew\n")); err != nil {
			t.Fatal(err)
		}
		got, _ := os.ReadFile(path)
		if want := "# A\n<!-- begin x -->\n\nnew\n\n<!-- end x -->\n<!-- begin y -->\nkept\n<!-- end y -->\n"; string(got) != want {
			t.Errorf("got %q", got)
		}
	}
	if err := Insert(path, "z", nil); err == nil {
		t.Error("a section that is not there was replaced")
	}
}
