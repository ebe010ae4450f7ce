package doctor

import (
	"fmt"
	"io"
)

// Write prints the checks for people: state, name and what was found, then what
// that means and, where something is amiss, what would help.
func Write(w io.Writer, checks []Check) error {
	width := 0
	for _, c := range checks {
		width = max(width, len(c.Name))
	}
	for _, c := range checks {
		if _, err := fmt.Fprintf(w, "%-7s  %-*s  %s\n%*s%s\n", c.State, width, c.Name, c.Found, width+11, "", c.Means); err != nil {
			return err
		}
		if c.Remedy == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%*sremedy: %s\n", width+11, "", c.Remedy); err != nil {
			return err
		}
	}
	return nil
}
