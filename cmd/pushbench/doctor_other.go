//go:build !linux

package main

import "github.com/pushbench/pushbench/netem/ns"

func tryVeth() error  { return ns.ErrNotSupported }
func tryTUN() error   { return ns.ErrNotSupported }
func tryNetem() error { return ns.ErrNotSupported }
