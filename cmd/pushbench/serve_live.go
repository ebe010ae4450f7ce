package main

import (
	"context"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/pushbench/pushbench/internal/offset"
	"github.com/pushbench/pushbench/server"
)

// clockClients bounds how many clients are told the clock at once.
const clockClients = 64

// serveLive pushes until it is interrupted.
func serveLive(ctx context.Context, inv *invocation) error {
	l, err := readServe(inv)
	if err != nil {
		return err
	}
	// The first interrupt drains; after it the second has its usual effect, as stop
	// is called at once.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	defer stop()
	s, err := server.NewLive(l.LiveConfig)
	if err != nil {
		return remedied("--listen", err)
	}
	note := newProgress(inv.stderr).note
	if l.clock != "" {
		responder, err := net.Listen("tcp", l.clock)
		if err != nil {
			return remedied("--clock", err)
		}
		defer responder.Close()
		go func() { _ = offset.ServeAll(newBounded(responder, clockClients), offset.Host) }()
		exposed(note, "--clock", responder.Addr())
		note("clock at " + responder.Addr().String())
	}
	l.announce(s, note)
	context.AfterFunc(ctx, func() { note("ending the streams; once more stops at once") })
	err = s.Serve(ctx)
	c := s.Counts()
	note(fmt.Sprintf("streams: %d, of these resumed %d, given up as too slow %d; refused beyond --max-connections %d: %d; messages written: %d, left out for slow readers: %d",
		c.Streams, c.Resumed, c.Disconnected, l.Streams, c.Refused, c.Messages, c.Dropped))
	return err
}

func remedied(flag string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s: %w; another program has this port: take another one, or 0 for any that is free", flag, err)
	}
	return fmt.Errorf("%s: %w", flag, err)
}

// announce says where the stream is.
func (l liveServe) announce(s *server.Live, note func(string)) {
	addr := s.Addr()
	tcp, _ := net.ResolveTCPAddr("tcp", addr)
	exposed(note, "--listen", tcp)
	suffix := ""
	if l.Factors.Text("tls") != "none" {
		suffix = "s"
	}
	for _, name := range l.Site.Transports {
		switch name {
		case "tcp":
			note("stream at tcp://" + addr + map[bool]string{true: " with TLS"}[suffix != ""])
		case "sse":
			note("stream at http" + suffix + "://" + addr + "/stream")
		case "ws":
			note("stream at ws" + suffix + "://" + addr + "/ws")
		}
	}
	if l.page {
		note("page at http" + suffix + "://" + addr + "/")
	}
	if block, _ := pem.Decode([]byte(s.Certificate())); block != nil {
		note(fmt.Sprintf("certificate for this run, SHA-256 %x", sha256.Sum256(block.Bytes)))
	}
	note(fmt.Sprintf("%v messages a second of %d B, in stream %s; Ctrl-C ends", l.Factors.Number("rate"), l.Factors.Int("message"), l.Site.Stream))
}

// exposed warns of an address that others can reach.
func exposed(note func(string), flag string, addr net.Addr) {
	if tcp, ok := addr.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
		note(fmt.Sprintf("WARNING: %s %s is no loopback address: whoever reaches this host may connect, and nobody is asked who he is", flag, addr))
	}
}
