//go:build !linux

package runner

// ChoosePins leaves placing to the system where this program cannot pin.
func ChoosePins() Pins { return Unpinned }
