//go:build linux

// Package bpf holds the programs that count sends in the kernel, compiled. It is
// made of send.bpf.c by `go generate`, which needs clang 14: other versions make
// other bytes of the same source.
package bpf

//go:generate sh generate
