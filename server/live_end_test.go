package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/strategy"
	"github.com/pushbench/pushbench/server/transport"
)

// An end is one that clients can tell from a failure, on every transport and with
// every strategy that it takes.
func TestLiveEndsCleanly(t *testing.T) {
	for _, s := range strategy.Table {
		for _, tls := range []string{"none", "below"} {
			v := plan.Values{"strategy": s.Name, "flush": "each", "transport": "sse", "tls": tls}
			if _, what := transport.Refuse(v); what != "" {
				continue
			}
			t.Run(s.Name+" "+tls, func(t *testing.T) {
				noLeaks(t)
				l, err := NewLive(LiveConfig{Listen: "127.0.0.1:0", Factors: withDefaults(v), Site: transport.Site{Transports: []string{"sse", "ws"}, Stream: "aa"}, Streams: 9, Grace: 10 * time.Second})
				if errors.Is(err, strategy.ErrNotSupported) {
					t.Skip(err)
				}
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				done := make(chan error, 1)
				go func() { done <- l.Serve(ctx) }()
				if tls == "none" {
					cleanEnds(t, l, cancel)
				}
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func cleanEnds(t *testing.T, l *Live, interrupt func()) {
	r := bufio.NewReader(get(t, l, "/stream", nil).Body)
	consecutive(t, "aa", next(t, r, 3))
	c, resp, err := websocket.DefaultDialer.Dial("ws://"+l.Addr()+"/ws", nil)
	if errors.Is(err, websocket.ErrBadHandshake) {
		t.Fatal(resp.Status)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	kind, m, err := c.ReadMessage()
	if err != nil || kind != websocket.BinaryMessage || len(m) != 64 {
		t.Fatalf("kind %d, %d B, %v", kind, len(m), err)
	}
	first, _ := wire.Header(m)
	interrupt()
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Errorf("the stream of events ended with %v", err)
	}
	for want := first + 1; ; want++ {
		_, m, err := c.ReadMessage()
		if err != nil {
			if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Errorf("the WebSocket ended with %v", err)
			}
			return
		}
		if seq, _ := wire.Header(m); seq != want {
			t.Fatalf("%d came in place of %d", seq, want)
		}
	}
}

// JSON over WebSocket is the same as over events.
