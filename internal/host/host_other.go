//go:build !linux

package host

import "github.com/pushbench/pushbench/results"

func describeOS(*results.Host) {}

func machineID() string { return "" }
