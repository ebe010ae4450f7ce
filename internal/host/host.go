// Package host describes the machine that measures.
package host

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// Describe returns what a reader of the results should know of this machine.
func Describe() results.Host {
	h := results.Host{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version()}
	describeOS(&h)
	name, _ := os.Hostname()
	sum := sha256.Sum256([]byte(strings.Join([]string{name, machineID(), h.CPU, fmt.Sprint(h.Cores)}, "\x00")))
	h.ID = hex.EncodeToString(sum[:6])
	return h
}
