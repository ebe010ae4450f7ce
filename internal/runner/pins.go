package runner

import "fmt"

// Pins are the cores of the two sides; negative is any.
type Pins struct{ Server, Generator int }

// Unpinned leaves both sides to the system's scheduler.
var Unpinned = Pins{-1, -1}

func (p Pins) String() string {
	if p == Unpinned {
		return "unpinned"
	}
	return fmt.Sprintf("server on core %d, generator on core %d", p.Server, p.Generator)
}
