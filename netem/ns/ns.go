// Package ns makes anonymous network namespaces: they have no name in the file
// system, so that nothing is left of them when the process ends, however it
// ends.
package ns

import "errors"

// ErrNotSupported is returned where the system has no network namespaces or
// forbids them to this user; the error around it says which, and the remedy.
var ErrNotSupported = errors.New("network namespaces not supported")
