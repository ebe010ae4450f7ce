package probe

import (
	"errors"
	"fmt"
	"strings"
)

// A mechanism is one way to look.
type mechanism struct {
	name string
	doc  string
	open func(Options) (source, error)
	// missing names the figures it cannot tell; why is the reason, without what
	// was refused before it.
	missing []string
	why     string
}

// The figures that some mechanism lacks, by their names in JSON.
var (
	pieces = []string{"partial", "vectored", "buffers", "coalesced", "asked"}
	calls  = []string{"sends", "eagain", "failed", "sizes"}
)

// Mechanisms lists the ways to look by name, best first.
func Mechanisms() (names []string) {
	for _, m := range mechanisms {
		names = append(names, m.name)
	}
	return names
}

// Open begins to look, by the first mechanism that works: each is tried for real,
// as what a kernel says of itself is not always so.
func Open(o Options) (*Probe, error) {
	p := &Probe{Missing: map[string]string{}}
	if err := present(o.PID); err != nil {
		return nil, err
	}
	for _, m := range mechanisms {
		if o.Mechanism != "" && o.Mechanism != m.name {
			continue
		}
		s, err := m.open(o)
		if err != nil {
			p.Refused = append(p.Refused, Refusal{m.name, reason(err)})
			continue
		}
		p.Mechanism, p.source = m.name, s
		for _, figure := range m.missing {
			p.Missing[figure] = m.why
		}
		return p, nil
	}
	return nil, p.refused(o.Mechanism)
}

func (p *Probe) refused(asked string) error {
	if len(p.Refused) == 0 && asked != "" && len(mechanisms) > 0 {
		return fmt.Errorf("no mechanism %q: there are %s", asked, strings.Join(Mechanisms(), ", "))
	}
	return refusedError{p.Refused}
}

// refusedError says why no mechanism works.
type refusedError struct{ refused []Refusal }

func (e refusedError) Unwrap() error { return ErrNotSupported }

func (e refusedError) Error() string {
	if len(e.refused) == 0 {
		return ErrNotSupported.Error()
	}
	lines := []string{"sends cannot be watched here:"}
	for _, r := range e.refused {
		lines = append(lines, r.Mechanism+": "+r.Reason)
	}
	return strings.Join(lines, "\n  ")
}

// Refusals are the mechanisms that an error of Open says do not work here.
func Refusals(err error) []Refusal {
	var e refusedError
	errors.As(err, &e)
	return e.refused
}

// reason is the first line of an error: the verifier writes hundreds.
func reason(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
