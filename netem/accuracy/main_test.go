//go:build linux

package main

import "testing"

// The table has ten networks, whose losses are compared at 1 % after correction
// for all of them.
func TestTenNetworks(t *testing.T) {
	all, err := networks()
	if err != nil || len(all)*2 != tests {
		t.Errorf("%d networks for %d tests (%v)", len(all), tests, err)
	}
}
