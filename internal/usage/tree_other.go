//go:build !linux

package usage

// Descendants lists nothing: this system does not tell.
func Descendants() []int { return nil }

// BeginTree reads nothing: this system has no such figures.
func BeginTree() Usage { return Usage{} }

// EndTree reads nothing: this system has no such figures.
func EndTree() Usage { return Usage{} }
