//go:build race

package testenv

// Race tells that the race detector is at work. It lets a sync.Pool forget what
// it was given, at random.
const Race = true
