//go:build !linux

package main

import (
	"context"
	"os"
	"syscall"
)

var handedOn = []os.Signal{os.Interrupt, syscall.SIGTERM}

func exitStatus(s *os.ProcessState) int { return s.ExitCode() }

func processName(int) string { return "" }

// exited is for systems on which no process can be watched.
func exited(context.Context, int) <-chan struct{} {
	ended := make(chan struct{})
	close(ended)
	return ended
}
