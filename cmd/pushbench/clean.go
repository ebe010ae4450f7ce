package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// clean passes on text whose control characters, but for line ends and tabs, are
// escaped as JSON does it: what a scenario or a stored run says cannot steer
// the terminal it is shown on, and JSON stays the same JSON.
type clean struct{ io.Writer }

func (c clean) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, printable(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

func printable(s string) string {
	if !strings.ContainsFunc(s, steers) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if steers(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func steers(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
