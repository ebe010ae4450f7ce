//go:build !linux

// Package user carries packets between two TUN devices. It has something to
// offer on Linux only.
package user
