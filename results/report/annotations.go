package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/pushbench/pushbench/results/gate"
)

// Annotations writes workflow commands that a job's log turns into annotations:
// an error for each comparison that is worse or unmeasured, a warning for each
// that is undecided, or an error where that counts as one.
func Annotations(w io.Writer, d gate.Decision) error {
	b := bufio.NewWriter(w)
	for _, c := range d.Comparisons {
		level := ""
		switch c.Verdict {
		case gate.Worse, gate.Unmeasured:
			level = "error"
		case gate.Undecided:
			level = "warning"
			if d.Strict {
				level = "error"
			}
		default:
			continue
		}
		title := fmt.Sprintf("%s: %s", d.Scenario, c.Verdict)
		fmt.Fprintf(b, "::%s title=%s::%s\n", level, inProperty(title), inMessage(c.Cell+": "+Sentence(c)))
	}
	return b.Flush()
}

// What would end a command, or a property of it, is written as the runner reads
// it back.
var (
	messageEscapes  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func inMessage(s string) string  { return messageEscapes.Replace(s) }
func inProperty(s string) string { return propertyEscapes.Replace(s) }
