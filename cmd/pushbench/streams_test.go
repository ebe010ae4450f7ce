package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/offset"
	"github.com/pushbench/pushbench/internal/wire"
)

// serveStreams starts servers for a script, as other people's programs are:
// $STREAMS is host:port of one that has
//
//	/events    an event stream of JSON with n and sent.at in milliseconds
//	/rude      the same, ended after each ten; its first data is a control sequence
//	/ws        the same over WebSocket
//
// $SECURE is the same with TLS, $LINES the same as lines over bare TCP, $FRAMES
// sends messages with pushbench's header by a clock that is an hour ahead, and
// $CLOCK tells that clock.
func serveStreams(env *testscript.Env) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) { events(w, r, 1<<30) })
	mux.HandleFunc("/rude", func(w http.ResponseWriter, r *http.Request) { events(w, r, 10) })
	mux.HandleFunc("/ws", overWebSocket)
	plain := httptest.NewServer(mux)
	env.Defer(plain.Close)
	env.Setenv("STREAMS", strings.TrimPrefix(plain.URL, "http://"))
	secure := httptest.NewTLSServer(mux)
	env.Defer(secure.Close)
	env.Setenv("SECURE", strings.TrimPrefix(secure.URL, "https://"))
	for name, serve := range map[string]func(net.Conn){
		"LINES": func(c net.Conn) {
			repeat(func(n int) error { _, err := fmt.Fprintf(c, "%s\r\n", numbered(n)); return err })
		},
		"FRAMES": func(c net.Conn) {
			pads := wire.PadsFor(64)
			repeat(func(n int) error { _, err := c.Write(pads.Append(nil, uint64(n), ahead())); return err })
		},
		"CLOCK": func(c net.Conn) { _ = offset.Serve(c, offset.Clocks{Monotonic: ahead}) },
	} {
		if err := serve1(env, name, serve); err != nil {
			return err
		}
	}
	return nil
}

func ahead() int64 { return clock.Now() + int64(time.Hour) }

func serve1(env *testscript.Env, name string, serve func(net.Conn)) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	env.Defer(func() { l.Close() })
	env.Setenv(name, l.Addr().String())
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return nil
}

// repeat sends five hundred messages a second until one cannot be sent.
func repeat(send func(n int) error) {
	for n := 0; send(n) == nil; n++ {
		time.Sleep(2 * time.Millisecond)
	}
}

func numbered(n int) []byte {
	return fmt.Appendf(nil, `{"n":%d,"sent":{"at":%d}}`, n, time.Now().UnixMilli())
}

func events(w http.ResponseWriter, r *http.Request, most int) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "retry: 5\n\n")
	if most < 1000 && r.Header.Get("Last-Event-ID") == "" {
		fmt.Fprint(w, "data: \x1b[31mred\n\n")
	}
	repeat(func(n int) error {
		if n == most || r.Context().Err() != nil {
			return http.ErrAbortHandler
		}
		_, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", n, numbered(n))
		w.(http.Flusher).Flush()
		return err
	})
}

func overWebSocket(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{Subprotocols: []string{"v1"}}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	repeat(func(n int) error { return conn.WriteMessage(websocket.TextMessage, numbered(n)) })
}
