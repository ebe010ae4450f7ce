package server

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/server/transport"
)

// Beyond the limit there is an answer, and room again when one leaves. The rest of
// the site has no part in it.
func TestLimit(t *testing.T) {
	noLeaks(t)
	other := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "here") })
	l, _ := live(t, LiveConfig{Streams: 2, Site: transport.Site{Other: other}})
	first := get(t, l, "/stream", nil)
	get(t, l, "/stream", nil)
	for range 3 {
		if resp := get(t, l, "/stream", nil); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("a third stream: %s", resp.Status)
		}
		if resp := get(t, l, "/", nil); resp.StatusCode != http.StatusOK {
			t.Errorf("the page: %s", resp.Status)
		}
	}
	first.Body.Close()
	for resp := get(t, l, "/stream", nil); resp.StatusCode != http.StatusOK; resp = get(t, l, "/stream", nil) {
		time.Sleep(10 * time.Millisecond) // until a write has failed
	}
	if c := l.Counts(); c.Refused < 3 {
		t.Errorf("%+v", c)
	}
	var idle []net.Conn
	defer func() {
		for _, c := range idle {
			c.Close()
		}
	}()
	for range 2 + spare { // silent connections are bounded, too
		c, err := net.Dial("tcp", l.Addr())
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, c)
	}
	last := idle[len(idle)-1]
	_ = last.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := last.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("one connection too many: %v", err)
	}
}

// Pages of other hosts may read where they are allowed to.
func TestOrigins(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		allowed []string
		origin  string
		cors    string
		ws      int
	}{
		{nil, "http://elsewhere", "", 403},
		{nil, "null", "", 403},
		{[]string{"http://elsewhere"}, "http://elsewhere", "http://elsewhere", 101},
		{[]string{"http://elsewhere"}, "https://elsewhere", "", 403},
		{[]string{"*"}, "http://any", "*", 101},
	} {
		l, end := live(t, LiveConfig{Site: transport.Site{Origins: tt.allowed}})
		resp := get(t, l, "/stream", http.Header{"Origin": {tt.origin}})
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != tt.cors {
			t.Errorf("%+v: CORS %q", tt, got)
		}
		c, resp, _ := websocket.DefaultDialer.Dial("ws://"+l.Addr()+"/ws", http.Header{"Origin": {tt.origin}})
		if resp.StatusCode != tt.ws {
			t.Errorf("%+v: %s", tt, resp.Status)
		}
		if c != nil {
			c.Close()
		}
		end()
	}
}

// Over bare TCP messages have their length before them, and a connection too
// many is closed.
