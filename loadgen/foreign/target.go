// Package foreign reads from any server, not only pushbench's: it makes the
// connections, keeps them up, and hands what arrives to an observer.
package foreign

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/loadgen/observe"
)

// A Target is what to read from.
type Target struct {
	URL      *url.URL
	Addr     string // host:port of the server
	Protocol string // as the factor transport names it: tcp, sse, ws, h2
	open     opener
}

// An opener makes one connection of a client, up to where messages can come.
type opener func(ctx context.Context, c *client) (session, error)

// A session is one connection.
type session interface {
	// read hands messages on until the connection ends, which is never without an
	// error: io.EOF where the server ended it in good order.
	read(s *observe.Stream) error
	// Close may be called at any time.
	Close() error
}

// schemes lists what can be read. Add one here, with a file of its own.
var schemes = map[string]struct {
	protocol string
	port     string // where the URL names none; "" needs one
	open     opener
}{
	"tcp":   {"tcp", "", openTCP},
	"http":  {"sse", "80", openHTTP},
	"https": {"sse", "443", openHTTP},
	"h2c":   {"h2", "80", openHTTP},
	"ws":    {"ws", "80", openWebSocket},
	"wss":   {"ws", "443", openWebSocket},
}

// ParseTarget reads a URL.
func ParseTarget(s string) (Target, error) {
	u, err := url.Parse(s)
	if err != nil {
		return Target{}, fmt.Errorf("target %q: %w", s, err)
	}
	how, ok := schemes[u.Scheme]
	switch {
	case !ok:
		return Target{}, fmt.Errorf("target %q: the scheme is none of %s; write it as in ws://127.0.0.1:8080/stream", s, strings.Join(Schemes(), ", "))
	case u.Hostname() == "":
		return Target{}, fmt.Errorf("target %q: there is no host", s)
	case u.Port() == "" && how.port == "":
		return Target{}, fmt.Errorf("target %q: there is no port", s)
	case u.User != nil && how.protocol == "ws":
		return Target{}, fmt.Errorf("target %q: a WebSocket URL has no user; give --header 'Authorization: ...'", u.Redacted())
	case u.Scheme == "tcp" && (strings.Trim(u.Path, "/") != "" || u.RawQuery != ""):
		return Target{}, fmt.Errorf("target %q: a tcp target has no path; leave %q out", s, u.RequestURI())
	}
	port := cmp.Or(u.Port(), how.port)
	return Target{URL: u, Addr: net.JoinHostPort(u.Hostname(), port), Protocol: how.protocol, open: how.open}, nil
}

// Schemes lists the schemes of targets.
func Schemes() (names []string) {
	for name := range schemes {
		names = append(names, name+"://")
	}
	slices.Sort(names)
	return names
}

// Secure tells whether certificates matter.
func (t Target) Secure() bool { return t.URL.Scheme == "https" || t.URL.Scheme == "wss" }

// Name is the URL as it may be shown and stored: without a password.
func (t Target) Name() string { return t.URL.Redacted() }
