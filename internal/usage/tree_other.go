//go:build !linux

package usage

// Descendants lists nothing: this system does not tell.
func Descendants() []int { return nil }

// OfDescendants reads nothing: this system has no such figures.
func OfDescendants() Usage { return Usage{} }
