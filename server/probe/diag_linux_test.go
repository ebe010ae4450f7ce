package probe

import (
	"testing"

	"golang.org/x/sys/unix"
)

// Whatever the kernel says, reading it is safe.
func FuzzParseDiag(f *testing.F) {
	f.Add(make([]byte, diagMessageLen))
	whole := make([]byte, diagMessageLen+8)
	whole[0], whole[diagMessageLen], whole[diagMessageLen+2] = unix.AF_INET, 8, diagMemory
	f.Add(whole)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, _, err := parseDiag(b)
		if err == nil && c.Path.Unsent > c.Path.InFlight+c.Path.Unsent {
			t.Errorf("%+v", c)
		}
	})
}
