//go:build !linux

// Package device makes the interfaces that links are built of. It has something
// to offer on Linux only.
package device
