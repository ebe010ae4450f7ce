package foreign

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/loadgen/observe"
)

// ended stops a run that has taken too long.
const ended = 20 * time.Second

// drive reads from a URL until enough says so, and returns what was seen.
func drive(t *testing.T, url string, change func(*Config), enough func(o *observe.Observer) bool) (Record, observe.Result) {
	t.Helper()
	target, err := ParseTarget(url)
	if err != nil {
		t.Fatal(err)
	}
	number, err := observe.ParseNumber("json:n")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Target: target, Connections: 1, Framing: "lines", MaxMessage: 1 << 16}
	if change != nil {
		change(&cfg)
	}
	cfg.Observer = observe.New(cfg.Connections, observe.Config{Number: number, Stall: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), ended)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if enough(cfg.Observer) {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	rec := Run(ctx, cfg)
	return rec, cfg.Observer.Result()
}

// messages waits for that many.
func messages(n uint64) func(*observe.Observer) bool {
	return func(o *observe.Observer) bool { return o.Messages() >= n }
}

// events answers with numbered events for as long as it is read.
func events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	for n := 0; r.Context().Err() == nil; n++ {
		fmt.Fprintf(w, ": ping\nid: %d\ndata: {\"n\":%d}\n\n", n, n)
		w.(http.Flusher).Flush()
	}
}

func TestEventStream(t *testing.T) {
	defer goleak.VerifyNone(t)
	plain := httptest.NewServer(http.HandlerFunc(events))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.HandlerFunc(events))
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	clear := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			w.WriteHeader(http.StatusHTTPVersionNotSupported)
			return
		}
		events(w, r)
	}))
	clear.Config.Protocols = &protocols
	clear.Start()
	defer clear.Close()
	for name, url := range map[string]string{
		"http": plain.URL, "https": secure.URL, "h2c": strings.Replace(clear.URL, "http", "h2c", 1),
	} {
		t.Run(name, func(t *testing.T) {
			rec, seen := drive(t, url, func(c *Config) { c.Connections, c.Insecure = 3, true }, messages(1000))
			// The first may have brought enough before the last was there.
			if rec.Connected == 0 || len(rec.Failures) > 0 || rec.WireBytes == 0 || rec.Connect.TotalCount() != int64(rec.Connected) {
				t.Errorf("%+v", rec)
			}
			if seen.Messages < 1000 || seen.Lost+seen.Duplicates+seen.Reordered > 0 || seen.Unnumbered > 0 {
				t.Errorf("%+v", seen.Counts)
			}
		})
	}
}

func TestCertificatesAreChecked(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.HandlerFunc(events))
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	defer secure.Close()
	for _, scheme := range []string{"https", "wss"} {
		rec := failing(t, strings.Replace(secure.URL, "https", scheme, 1), nil)
		if rec.Failures["certificate"].Count == 0 || rec.Connected > 0 {
			t.Errorf("%s: %+v", scheme, rec.Failures)
		}
	}
}

// numbers sends numbered messages over a WebSocket until its reader leaves.
func numbers(up websocket.Upgrader) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		go func() {
			for {
				if _, _, err := conn.NextReader(); err != nil {
					return
				}
			}
		}()
		for n := 0; ; n++ {
			if n%10 == 0 {
				_ = conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
			}
			if conn.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"n":%d,"subprotocol":%q,"h":%q}`, n, conn.Subprotocol(), r.Header.Get("X-H"))) != nil {
				return
			}
		}
	}
}

func TestWebSocket(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := httptest.NewServer(numbers(websocket.Upgrader{Subprotocols: []string{"b"}, EnableCompression: true}))
	defer s.Close()
	for _, compress := range []bool{false, true} {
		rec, seen := drive(t, strings.Replace(s.URL, "http", "ws", 1), func(c *Config) {
			c.Connections, c.Compress, c.Subprotocols = 3, compress, []string{"a", "b"}
			c.Header = http.Header{"X-H": {"yes"}}
		}, messages(1000))
		if rec.Connected == 0 || len(rec.Failures) > 0 || seen.Lost+seen.Duplicates+seen.Reordered > 0 || seen.Unnumbered > 0 {
			t.Errorf("compression %v: %+v, %+v", compress, rec, seen.Counts)
		}
		if want := uint64(len(`{"n":0,"subprotocol":"b","h":"yes"}`)); seen.Bytes < want*seen.Messages {
			t.Errorf("subprotocol or header did not arrive: %d bytes in %d messages", seen.Bytes, seen.Messages)
		}
	}
}

// A stream that ends is taken up again from its last event.
func TestReconnectsWithLastEventID(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Header.Get("Last-Event-ID"))
		visit := len(asked)
		mu.Unlock()
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "retry: 1\nid: %d\ndata: {\"n\":%d}\n\nid: lost\ndata: {", visit, visit)
	}))
	defer s.Close()
	rec, seen := drive(t, s.URL, nil, messages(3))
	mu.Lock()
	defer mu.Unlock()
	if len(asked) < 3 || asked[0] != "" || asked[1] != "1" || asked[2] != "2" {
		t.Errorf("asked from %q", asked)
	}
	if rec.Reconnects < 2 || rec.Failures["closed by the server"].Count < 2 || seen.Lost > 0 {
		t.Errorf("%+v, %+v", rec, seen.Counts)
	}
}

func TestPause(t *testing.T) {
	c := newClient(&run{cfg: Config{Observer: observe.New(1, observe.Config{})}}, 0)
	for attempt, want := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second} {
		if got := c.pause(attempt, 1); got != want || c.pause(attempt, 0) != 0 || c.pause(attempt, 0.5) != want/2 {
			t.Errorf("attempt %d: up to %v, want %v", attempt, got, want)
		}
	}
	if got := c.pause(1000, 1); got != longestWait {
		t.Errorf("at last %v", got)
	}
	_ = c.parser.Feed([]byte("retry: 3000\n"), nil)
	if got := c.pause(1, 1); got != 6*time.Second {
		t.Errorf("with retry %v", got)
	}
}

// A server that says no for good is asked once; one that is busy again.
func TestStatus(t *testing.T) {
	for status, again := range map[int]bool{204: false, 301: false, 404: false, 200: false, 503: true, 429: true} {
		var n atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			n.Add(1)
			w.WriteHeader(status)
		}))
		for _, scheme := range []string{"http", "ws"} {
			n.Store(0)
			rec, _ := drive(t, strings.Replace(s.URL, "http", scheme, 1), nil, func(*observe.Observer) bool { return n.Load() > 1 })
			if rec.Failures["status"].Count == 0 || (n.Load() > 1) != again {
				t.Errorf("%s %d: asked %d times, %+v", scheme, status, n.Load(), rec.Failures)
			}
		}
		s.Close()
	}
}

// failing reads from a target until something went wrong for the first time.
func failing(t *testing.T, url string, change func(*Config)) Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ended)
	defer cancel()
	target, err := ParseTarget(url)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Target: target, Connections: 1, Framing: "lines", MaxMessage: 1 << 16, Observer: observe.New(1, observe.Config{Stall: time.Hour})}
	if change != nil {
		change(&cfg)
	}
	var dials atomic.Int32
	cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if dials.Add(1) > 1 {
			cancel() // it came back, so it failed before
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
	return Run(ctx, cfg)
}

const upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n"

// One byte at a time is slow, and nothing worse.
func TestByteByByte(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go serveHostile(l, "http", func(w *bufio.Writer, _ string) {
		text := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"n\":0}\r\n\r\ndata: {\"n\":1}\n\n"
		for i := range text {
			_ = w.WriteByte(text[i])
			_ = w.Flush()
		}
	})
	_, seen := drive(t, "http://"+l.Addr().String(), nil, messages(2))
	if seen.Unnumbered > 0 || seen.Lost > 0 {
		t.Errorf("%+v", seen.Counts)
	}
}

func TestRefusedAndUnknown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if rec := failing(t, "tcp://"+l.Addr().String(), nil); rec.Failures["refused"].Count == 0 || rec.Connected != 0 {
		t.Errorf("%+v", rec)
	}
}

func TestParseTarget(t *testing.T) {
	for url, addr := range map[string]string{
		"tcp://h:1": "h:1", "http://h/x?y": "h:80", "https://h": "h:443", "ws://[::1]:9/": "[::1]:9", "wss://h": "h:443", "h2c://h:8": "h:8",
	} {
		if got, err := ParseTarget(url); err != nil || got.Addr != addr {
			t.Errorf("%s: %q, %v", url, got.Addr, err)
		}
	}
	for _, bad := range []string{"", "h:80", "tcp://h", "tcp://:80", "tcp://h:1/x", "ftp://h", "http://", "ws://u:p@h/", "http://h:x", "://"} {
		if got, err := ParseTarget(bad); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
	if got, _ := ParseTarget("http://user:secret@h/"); strings.Contains(got.Name(), "secret") {
		t.Errorf("the name %q tells the password", got.Name())
	}
}
