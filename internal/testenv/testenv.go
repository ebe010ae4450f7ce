// Package testenv decides what a test does on a machine that lacks a feature.
package testenv

import (
	"os"
	"testing"
)

// NoSkip names the variable that turns skips into failures, for machines that
// are known to have every feature.
const NoSkip = "PUSHBENCH_NO_SKIP"

// Need skips the test, naming the feature, when err says that the machine lacks
// it, and fails it instead where PUSHBENCH_NO_SKIP=1.
func Need(t testing.TB, feature string, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv(NoSkip) == "1":
		t.Fatalf("needs %s, which %s=1 says is here: %v", feature, NoSkip, err)
	default:
		t.Skipf("needs %s: %v", feature, err)
	}
}
