// Package command runs any program at the client end of an emulated network,
// with its exit status, signals and terminal kept.
package command

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// A Spec is what to run, and behind what.
type Spec struct {
	Profile  *profile.Profile
	Options  netem.Options
	Command  []string  // runs at the client end
	Server   string    // a shell command that runs at the server end, or empty
	Forwards []Forward // ports of the server end that lead to the host
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
}

// A Forward carries connections to a port of the server end on to a service
// that the host reaches. Nothing is translated: the relay is a program at the
// server end.
type Forward struct {
	Port uint16
	To   string // host:port
}

// ParseForward reads PORT or PORT:HOST:PORT; without a host it is the same port
// of this host's loopback.
func ParseForward(s string) (Forward, error) {
	port, to, given := strings.Cut(s, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return Forward{}, fmt.Errorf("forward %q: %q is not a port; write PORT or PORT:HOST:PORT", s, port)
	}
	if !given {
		return Forward{uint16(n), "127.0.0.1:" + port}, nil
	}
	last := strings.LastIndexByte(to, ':')
	if last <= 0 {
		return Forward{}, fmt.Errorf("forward %q: %q has no host and port; write PORT or PORT:HOST:PORT", s, to)
	}
	if n, err := strconv.ParseUint(to[last+1:], 10, 16); err != nil || n == 0 {
		return Forward{}, fmt.Errorf("forward %q: %q is not a port", s, to[last+1:])
	}
	return Forward{uint16(n), to}, nil
}

// listenAddr is where the client end finds the forward.
func (f Forward) listenAddr() string {
	return netip.AddrPortFrom(netem.ServerAddr, f.Port).String()
}

// Exit statuses of failures that are not the command's own, as env(1) has them.
const (
	StatusFailed   = 125 // the network, or something else here
	StatusNotExec  = 126 // the command cannot be executed
	StatusNotFound = 127
)
