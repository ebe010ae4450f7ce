package main

import (
	"errors"
	"testing"
)

// What cannot be written is said, and hides no regression.
func TestStatusAfterADecision(t *testing.T) {
	disk := errors.New("j.xml: no space left")
	said := func(status int) error { return statusError{status, errSaid} }
	for _, c := range []struct {
		err    error
		status int
		rest   string
	}{
		{said(exitRegression), exitRegression, ""},
		{said(exitInconclusive), exitInconclusive, ""},
		{errors.Join(disk, said(exitRegression)), exitRegression, disk.Error()},
		{errors.Join(disk, said(exitInconclusive)), exitFailed, disk.Error()},
		{errors.Join(errors.Join(said(exitRegression), nil), disk), exitRegression, disk.Error()},
		{disk, exitFailed, disk.Error()},
		{usageError("leave it out"), exitUsage, "leave it out"},
	} {
		rest, said := unsaid(c.err), ""
		if rest != nil {
			said = rest.Error()
		}
		if got := statusOfError(c.err, rest); got != c.status || said != c.rest {
			t.Errorf("%q: status %d and %q, not %d and %q", c.err, got, said, c.status, c.rest)
		}
	}
}
