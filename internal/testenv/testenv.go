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

// Guest names the variable that is set in the guest kernel of netem.
const Guest = "PUSHBENCH_GUEST"

// NeedKernel is Need for what only some kernels have, but the guest kernel
// certainly (make test-guest): there the test fails, elsewhere it is skipped.
func NeedKernel(t testing.TB, feature string, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv(Guest) == "1":
		t.Fatalf("needs %s, which the guest kernel has: %v", feature, err)
	default:
		t.Skipf("needs %s, as the guest kernel has (make test-guest): %v", feature, err)
	}
}
