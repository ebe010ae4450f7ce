package main

import (
	"context"
	"time"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/server"
)

var serveCommand = command{
	name: "serve",
	summary: `Push a live stream to whoever connects, until interrupted. It is built from the parts that trials measure.

  http://HOST:PORT/stream   server-sent events; /stream?format=json for JSON
  ws://HOST:PORT/ws         WebSocket; /ws?format=json for JSON
  --trial is how ` + "`pushbench run`" + ` starts it: configuration and times come on standard input`,
	example: `pushbench serve --page                       # http://127.0.0.1:8080/ shows the stream in a browser
pushbench serve --rate 1k/s --message 256B --strategy bufio --flush window
pushbench serve --transport tcp --listen 127.0.0.1:9000
pushbench serve --listen 0.0.0.0:8443 --tls self --clock 0.0.0.0:8444 --max-connections 100`,
	flags: serveFlags,
	run: func(ctx context.Context, inv *invocation) error {
		if trial, _ := inv.flags.GetBool("trial"); !trial {
			return serveLive(ctx, inv)
		}
		return serveTrial(ctx, child.Attach(inv.stdin, inv.stdout, child.Exit))
	},
}

func serveFlags(fs *pflag.FlagSet) {
	fs.String("listen", "127.0.0.1:8080", "`HOST:PORT` to listen on; port 0 picks a free one")
	fs.StringSlice("transport", []string{"sse", "ws"}, "what to serve: sse, ws or both, or tcp alone")
	fs.String("format", "pushbench", "messages of clients that do not ask: pushbench, as in trials, or json")
	fs.String("rate", "10/s", "messages per second, the same for all")
	fs.String("message", "64B", "payload of a message; JSON is padded up to it")
	fs.String("strategy", "direct", "how bytes reach the kernel (see pushbench list)")
	fs.String("flush", "each", "when held bytes are handed on: each, full, idle, window or next-write")
	fs.String("buffer", "4KiB", "bytes the strategy holds back")
	fs.Bool("page", false, "show the stream to browsers, at /")
	fs.String("tls", "", "self: encrypt, with a certificate made for this run")
	fs.String("tls-cert", "", "`FILE` with the certificate chain, in PEM")
	fs.String("tls-key", "", "`FILE` with its key, in PEM")
	fs.StringArray("allow-origin", nil, "`ORIGIN` whose pages may read, beside the server's own; * is any; may be repeated")
	fs.Int("max-connections", 1000, "streams at once; one more gets status 503, over tcp it is closed")
	fs.Int("history", 1000, "messages that are sent again to a client that comes back with Last-Event-ID")
	fs.Duration("heartbeat", 15*time.Second, "after that silence events get a comment as a sign of life; 0 is never")
	fs.String("clock", "", "answer `load --clock` on this HOST:PORT")
	fs.Bool("trial", false, "speak the runner's protocol on standard input and output")
}

// serveTrial is the server's half of a trial.
func serveTrial(ctx context.Context, parent *child.Parent) error {
	var cfg server.Config
	if err := parent.Receive(&cfg); err != nil {
		return err
	}
	s, err := server.New(cfg)
	if err != nil {
		return parent.Send(child.Ready{Error: err.Error()})
	}
	defer s.Close()
	if err := parent.Send(child.Ready{Addr: s.Addr(), Certificate: s.Certificate(), Pipes: s.Pipes(), Turns: true}); err != nil {
		return err
	}
	if err := s.Accept(); err != nil {
		return parent.Send(child.Ready{Error: err.Error()})
	}
	if err := parent.Send(child.Ready{}); err != nil {
		return err
	}
	var times child.Go
	if err := parent.Receive(&times); err != nil {
		return err
	}
	rec, err := s.Run(ctx, times)
	if err != nil {
		return err
	}
	return parent.Send(rec)
}
