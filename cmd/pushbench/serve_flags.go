package main

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
	"github.com/pushbench/pushbench/server"
	"github.com/pushbench/pushbench/server/page"
	"github.com/pushbench/pushbench/server/strategy"
	"github.com/pushbench/pushbench/server/transport"
)

// serveGrace is how long streams may take to end after an interrupt.
const serveGrace = 5 * time.Second

// A liveServe is the command line of a standing server, understood.
type liveServe struct {
	server.LiveConfig
	clock string // host:port, or empty
	page  bool
}

// readServe checks the command line before anything is begun.
func readServe(inv *invocation) (l liveServe, err error) {
	l.Factors = plan.Values{}
	for _, read := range []func(*invocation, *liveServe) error{readAddresses, readTransports, readMessages, readTLS, readBounds} {
		if err := read(inv, &l); err != nil {
			return l, statusError{exitUsage, err}
		}
	}
	l.Site.Stream, l.Grace = streamName(), serveGrace
	return l, nil
}

// streamName tells this process's stream from any other's.
func streamName() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return hex.EncodeToString(b[:])
}

func readAddresses(inv *invocation, l *liveServe) error {
	l.Listen, _ = inv.flags.GetString("listen")
	l.clock, _ = inv.flags.GetString("clock")
	for name, address := range map[string]string{"listen": l.Listen, "clock": l.clock} {
		if _, _, err := net.SplitHostPort(address); err != nil && (address != "" || name == "listen") {
			return fmt.Errorf("--%s %q: write HOST:PORT, such as 127.0.0.1:8080", name, address)
		}
	}
	return nil
}

// readTransports reads what is served, and to whose pages.
func readTransports(inv *invocation, l *liveServe) error {
	l.Site.Transports, _ = inv.flags.GetStringSlice("transport")
	l.Site.Origins, _ = inv.flags.GetStringArray("allow-origin")
	names := slices.Compact(slices.Sorted(slices.Values(l.Site.Transports)))
	if len(names) != len(l.Site.Transports) || len(names) == 0 {
		return errors.New("--transport: name each once, at least one")
	}
	for _, name := range names {
		if !slices.Contains([]string{"tcp", "sse", "ws"}, name) {
			return fmt.Errorf("--transport %q: there are tcp, sse and ws", name)
		}
	}
	overTCP := slices.Contains(names, "tcp")
	if overTCP && len(names) > 1 {
		return errors.New("--transport tcp stands alone: its connections begin without a request that would tell them apart")
	}
	switch format, _ := inv.flags.GetString("format"); {
	case format == "json" && overTCP:
		return errors.New("--format json is for sse and ws; tcp sends messages as they are")
	case format != "json" && format != "pushbench":
		return fmt.Errorf("--format %q: there are pushbench and json", format)
	default:
		l.Site.JSON = format == "json"
	}
	if l.page, _ = inv.flags.GetBool("page"); l.page {
		if !slices.Contains(names, "sse") || !slices.Contains(names, "ws") {
			return errors.New("--page reads by sse and by ws: leave --transport out")
		}
		l.Site.Other = page.Handler()
	}
	for _, origin := range l.Site.Origins {
		u, err := url.Parse(origin)
		if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host) {
			return fmt.Errorf("--allow-origin %q: write SCHEME://HOST[:PORT] without a path, or *", origin)
		}
	}
	return nil
}

// readMessages reads what is sent, and how.
func readMessages(inv *invocation, l *liveServe) error {
	for _, q := range []struct {
		name      string
		dimension quantity.Dimension
	}{{"rate", quantity.Rate}, {"message", quantity.Bytes}, {"buffer", quantity.Bytes}} {
		text, _ := inv.flags.GetString(q.name)
		x, err := q.dimension.Parse(text)
		if err != nil {
			return fmt.Errorf("--%s: %w", q.name, err)
		}
		if f, _ := plan.FactorNamed(q.name); x < f.Min || x > f.Max {
			return fmt.Errorf("--%s %s: %s to %s are possible", q.name, text, q.dimension.Format(f.Min), q.dimension.Format(f.Max))
		}
		l.Factors[q.name] = x
	}
	name, _ := inv.flags.GetString("strategy")
	flush, _ := inv.flags.GetString("flush")
	spec, err := strategy.Named(name)
	if err != nil {
		return fmt.Errorf("--strategy: %w", err)
	}
	if f, _ := plan.FactorNamed("flush"); !slices.Contains(f.Values, flush) {
		return fmt.Errorf("--flush %q: there are %s", flush, strings.Join(f.Values, ", "))
	}
	holds := slices.ContainsFunc(l.Site.Transports, func(t string) bool { s, _ := transport.Named(t); return s.Holds })
	if flush != "each" && !spec.Applies("flush") && !holds {
		return fmt.Errorf("--flush %s: strategy %s holds nothing back over %s; take bufio", flush, name, strings.Join(l.Site.Transports, ","))
	}
	if inv.flags.Changed("buffer") && !spec.Applies("buffer") {
		return fmt.Errorf("--buffer: strategy %s has none; take bufio, or leave it out", name)
	}
	l.Factors["strategy"], l.Factors["flush"] = name, flush
	return nil
}

// readTLS decides how connections are encrypted. The strategy stands below the
// records, where every strategy that copies can.
func readTLS(inv *invocation, l *liveServe) error {
	mode, _ := inv.flags.GetString("tls")
	cert, _ := inv.flags.GetString("tls-cert")
	key, _ := inv.flags.GetString("tls-key")
	l.Factors["tls"] = "none"
	switch {
	case mode != "" && mode != "self":
		return fmt.Errorf("--tls %q: self is meant, or --tls-cert and --tls-key", mode)
	case (cert == "") != (key == ""):
		return errors.New("--tls-cert and --tls-key belong together")
	case mode != "" && cert != "":
		return errors.New("--tls self makes a certificate: leave --tls-cert and --tls-key out")
	case mode == "" && cert == "":
		return nil
	}
	l.Factors["tls"] = "below"
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return fmt.Errorf("--tls-cert %s, --tls-key %s: %w", cert, key, err)
		}
		l.Site.Certificate = &pair
	}
	return nil
}

func readBounds(inv *invocation, l *liveServe) error {
	l.Streams, _ = inv.flags.GetInt("max-connections")
	l.History, _ = inv.flags.GetInt("history")
	beat, _ := inv.flags.GetDuration("heartbeat")
	switch {
	case l.Streams < 1 || l.Streams > 100000:
		return fmt.Errorf("--max-connections %d: 1 to 100000 are possible", l.Streams)
	case l.History < 0 || l.History > 1e6:
		return fmt.Errorf("--history %d: 0 to 1000000 are possible", l.History)
	case beat < 0 || beat > time.Hour:
		return fmt.Errorf("--heartbeat %v: 0s to 1h are possible", beat)
	}
	l.Factors["heartbeat"] = beat.Seconds()
	for _, name := range l.Site.Transports {
		l.Factors["transport"] = name
		if factor, what := transport.Refuse(l.Factors); what != "" {
			return fmt.Errorf("--%s: %s", factor, what)
		}
	}
	return nil
}
