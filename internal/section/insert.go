// Package section keeps figures that a program measured in a document.
package section

import (
	"bytes"
	"fmt"
	"os"
)

// Insert replaces what stands in a document between the lines that name a section:
//
//	<!-- begin NAME -->
//	<!-- end NAME -->
func Insert(document, name string, text []byte) error {
	old, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	begin, end := fmt.Appendf(nil, "<!-- begin %s -->\n", name), fmt.Appendf(nil, "<!-- end %s -->\n", name)
	head, rest, found := bytes.Cut(old, begin)
	_, tail, closed := bytes.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s: no section %s: put the lines %q and %q where the figures belong", document, name, bytes.TrimSpace(begin), bytes.TrimSpace(end))
	}
	now := bytes.Join([][]byte{head, begin, []byte("\n"), bytes.TrimSpace(text), []byte("\n\n"), end, tail}, nil)
	return os.WriteFile(document, now, 0o644)
}
