// Package tc makes emulated links of veth pairs and the kernel's sch_netem, which
// sits on both egresses of a middle namespace that forwards between the ends:
// one for delay and losses, and inside it one for the queue and the rate.
package tc

import "errors"

// ErrNotSupported is wrapped by errors about what sch_netem cannot do, or about
// a kernel without it.
var ErrNotSupported = errors.New("not supported by backend tc")
