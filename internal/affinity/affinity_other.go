//go:build !linux

// Package affinity binds what is started to a core.
package affinity

// On runs f: this system binds nothing to a core.
func On(_ int, f func() error) error { return f() }
