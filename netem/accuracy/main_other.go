//go:build !linux

// Accuracy measures both backends of emulated networks, on Linux.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "accuracy: emulated networks need Linux")
	os.Exit(2)
}
