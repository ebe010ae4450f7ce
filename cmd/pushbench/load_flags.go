package main

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/loadgen/foreign"
	"github.com/pushbench/pushbench/loadgen/framing"
	"github.com/pushbench/pushbench/loadgen/observe"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

func loadFlags(fs *pflag.FlagSet) {
	fs.String("target", "", "URL of the server to read from")
	fs.Int("connections", 1, "how many connections")
	fs.Duration("ramp", 0, "open them evenly over this time; what arrives meanwhile is not counted")
	fs.Duration("duration", 10*time.Second, "how long to measure, after the ramp; Ctrl-C ends early and keeps what was measured")
	fs.StringArray("header", nil, "`K: V` of requests and handshakes; may be repeated")
	fs.StringArray("subprotocol", nil, "WebSocket subprotocol to ask for; may be repeated, the preferred first")
	fs.String("framing", "", "tcp: lines (default) or length32, a 32-bit big-endian length before each message")
	fs.String("read-limit", "1MiB", "largest message; a longer one ends its connection and is an error")
	fs.Bool("compress", false, "offer compression: permessage-deflate, gzip")
	fs.Bool("insecure", false, "do not check certificates; the result says so")
	fs.String("network", "", "put the readers behind this network profile (see pushbench netem profiles)")
	fs.String("timestamp", "", "when a message was sent: json:FIELD:FORMAT with FORMAT unixs, unixms, unixus, unixns or rfc3339, or pushbench for its own header")
	fs.String("sequence", "", "number of a message in its stream: json:FIELD")
	fs.String("clock", "", "`HOST:PORT` of a pushbench clock responder on the server's host, where that is another host")
	fs.Duration("stall", time.Second, "a longer silence of a stream is a stall")
	fs.Bool("json", false, "print a summary as JSON, and nothing else, on standard output")
	fs.Bool("trial", false, "speak the runner's protocol on standard input and output")
}

// A targetLoad is a command line, understood.
type targetLoad struct {
	foreign.Config
	observe  observe.Config
	duration time.Duration
	clock    string // host:port, or empty
	network  *profile.Profile
	stamped  bool
}

// readTargetLoad checks the command line before anything is begun.
func readTargetLoad(inv *invocation) (l targetLoad, err error) {
	text := func(name string) string { s, _ := inv.flags.GetString(name); return s }
	if text("target") == "" {
		return l, usageError("--target URL is meant, as in --target http://127.0.0.1:8080/events (--trial is the runner's)")
	}
	if len(inv.args) > 0 {
		return l, usageError("it takes no arguments but flags; leave %q out", inv.args[0])
	}
	for _, read := range []func(*invocation, *targetLoad) error{readWhat, readHow, readFields} {
		if err := read(inv, &l); err != nil {
			return l, statusError{exitUsage, err}
		}
	}
	return l, nil
}

// readWhat reads what to connect to, and how often.
func readWhat(inv *invocation, l *targetLoad) (err error) {
	name, _ := inv.flags.GetString("target")
	if l.Target, err = foreign.ParseTarget(name); err != nil {
		return err
	}
	l.Connections, _ = inv.flags.GetInt("connections")
	l.Ramp, _ = inv.flags.GetDuration("ramp")
	l.duration, _ = inv.flags.GetDuration("duration")
	switch {
	case l.Connections < 1 || l.Connections > 100000:
		return fmt.Errorf("--connections %d: 1 to 100000 are possible", l.Connections)
	case l.Ramp < 0:
		return fmt.Errorf("--ramp %v is negative", l.Ramp)
	case l.duration <= 0:
		return fmt.Errorf("--duration %v: it must be positive", l.duration)
	}
	if name, _ := inv.flags.GetString("network"); name != "" {
		if l.network, err = profile.Find(name); err != nil {
			return fmt.Errorf("--network: %w", err)
		}
	}
	if l.clock, _ = inv.flags.GetString("clock"); l.clock != "" {
		if _, _, err := net.SplitHostPort(l.clock); err != nil {
			return fmt.Errorf("--clock %q: write HOST:PORT", l.clock)
		}
	}
	return nil
}

// readHow reads how connections behave.
func readHow(inv *invocation, l *targetLoad) (err error) {
	l.Insecure, _ = inv.flags.GetBool("insecure")
	l.Compress, _ = inv.flags.GetBool("compress")
	l.Subprotocols, _ = inv.flags.GetStringArray("subprotocol")
	headers, _ := inv.flags.GetStringArray("header")
	if l.Header, err = readHeaders(headers); err != nil {
		return err
	}
	limit, _ := inv.flags.GetString("read-limit")
	bytes, err := quantity.Bytes.Parse(limit)
	if err != nil || bytes < 1 || bytes > 1<<30 {
		return fmt.Errorf("--read-limit %q: a size from 1B to 1GiB is meant", limit)
	}
	l.MaxMessage = int(bytes)
	l.Framing, _ = inv.flags.GetString("framing")
	for name, only := range map[string]string{"framing": "tcp", "subprotocol": "ws"} {
		if inv.flags.Changed(name) && l.Target.Protocol != only {
			return fmt.Errorf("--%s is for %s targets only", name, only)
		}
	}
	if _, ok := framing.Table[l.Framing]; !ok && l.Framing != "" {
		return fmt.Errorf("--framing %q: there are lines and length32", l.Framing)
	}
	return nil
}

// readFields reads what messages carry.
func readFields(inv *invocation, l *targetLoad) (err error) {
	stamp, _ := inv.flags.GetString("timestamp")
	number, _ := inv.flags.GetString("sequence")
	own := stamp == "pushbench"
	if stamp != "" {
		if l.observe.Stamp, err = observe.ParseStamp(stamp); err != nil {
			return fmt.Errorf("--%w", err)
		}
		l.stamped = true
	}
	if own && number == "" {
		number = stamp
	}
	if number != "" {
		if l.observe.Number, err = observe.ParseNumber(number); err != nil {
			return fmt.Errorf("--%w", err)
		}
	}
	if l.Framing == "" {
		l.Framing = "lines"
		if own { // its bytes may hold line ends
			l.Framing = "length32"
		}
	}
	if l.observe.Stall, _ = inv.flags.GetDuration("stall"); l.observe.Stall <= 0 {
		return fmt.Errorf("--stall %v: it must be positive", l.observe.Stall)
	}
	if l.clock != "" && !l.stamped {
		return fmt.Errorf("--clock is of use with --timestamp only")
	}
	return nil
}

func readHeaders(lines []string) (http.Header, error) {
	h := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || strings.ContainsAny(name, " \t") || strings.ContainsFunc(line, unicode.IsControl) {
			return nil, fmt.Errorf("--header %q: write it as in 'Name: value'", line)
		}
		if slices.Contains([]string{"Connection", "Upgrade", "Sec-Websocket-Key", "Sec-Websocket-Version"}, http.CanonicalHeaderKey(name)) {
			return nil, fmt.Errorf("--header %q: the protocol needs this one itself", line)
		}
		h.Add(name, value)
	}
	return h, nil
}
