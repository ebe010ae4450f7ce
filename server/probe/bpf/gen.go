//go:build linux

// Package bpf holds the programs that count in the kernel, compiled: sends (Send) and
// system calls (Syscalls). They are made of the sources here by `go generate`, which
// needs clang 14: other versions make other bytes of the same source.
package bpf

//go:generate sh generate
