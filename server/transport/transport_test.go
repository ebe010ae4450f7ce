package transport

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/strategy"
)

// The table and the factor name the same transports.
func TestTableMatchesTheFactor(t *testing.T) {
	f, _ := plan.FactorNamed("transport")
	var names []string
	for _, s := range Table {
		names = append(names, s.Name)
		for _, name := range s.Factors {
			if _, ok := plan.FactorNamed(name); !ok {
				t.Errorf("%s: there is no factor %q", s.Name, name)
			}
		}
		if s.Least < wire.HeaderSize || s.Doc == "" {
			t.Errorf("%+v", s)
		}
	}
	if got, want := strings.Join(names, " "), strings.Join(f.Values, " "); got != want {
		t.Errorf("table has %s, the factor %s", got, want)
	}
}

// What is refused is what cannot be built: a strategy that works on the socket
// fails on anything else.
func TestSocketStrategiesAreMarked(t *testing.T) {
	for _, s := range strategy.Table {
		near, far := net.Pipe()
		_, err := s.New(strategy.NewSink(near), strategy.Options{})
		if (err != nil) != s.Socket {
			t.Errorf("%s: Socket %v, over a pipe %v", s.Name, s.Socket, err)
		}
		near.Close()
		far.Close()
	}
}

func TestRefuse(t *testing.T) {
	for _, tt := range []struct {
		v      plan.Values
		factor string
		what   string
	}{
		{plan.Values{"strategy": "writev"}, "", ""},
		{plan.Values{"strategy": "rawwrite", "tls": "below"}, "", ""},
		{plan.Values{"strategy": "rawwrite", "tls": "above"}, "strategy", "cannot stand above the records"},
		{plan.Values{"strategy": "writev", "tls": "below"}, "strategy", "crypto/tls uses the memory"},
		{plan.Values{"strategy": "more", "transport": "sse"}, "strategy", "the library of transport sse"},
		{plan.Values{"strategy": "more", "transport": "ws"}, "strategy", "take ws_prepared"},
		{plan.Values{"strategy": "more", "transport": "ws", "ws_prepared": true}, "", ""},
		{plan.Values{"strategy": "more", "transport": "ws", "ws_prepared": true, "tls": "below"}, "strategy", "crypto/tls"},
		{plan.Values{"strategy": "writev", "transport": "h2"}, "strategy", "the library of transport h2"},
		{plan.Values{"strategy": "zerocopy", "transport": "h2"}, "strategy", "must read"},
		{plan.Values{"strategy": "more", "transport": "h2push", "tls": "below"}, "strategy", "crypto/tls"},
		{plan.Values{"strategy": "cork", "transport": "h2push", "tls": "below"}, "", ""},
		{plan.Values{"transport": "sse", "message": 31.0}, "message", "header alone takes 32 B"},
		{plan.Values{"transport": "sse", "message": 32.0}, "", ""},
	} {
		factor, what := Refuse(tt.v)
		if factor != tt.factor || !strings.Contains(what, tt.what) || (what == "") != (tt.what == "") {
			t.Errorf("%v: %q, %q", tt.v, factor, what)
		}
	}
}

// opened returns a link and the client's end of its connection, on which the
// request was made.
func opened(t *testing.T, v plan.Values, request string) (*Link, *net.TCPConn, *http.Response, *bufio.Reader) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	tr, err := New(v, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close(); tr.Close() })
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	link, err := tr.Open(t.Context(), s.(*net.TCPConn), nil)
	if err != nil {
		s.Close()
	}
	r := bufio.NewReader(c)
	resp, err2 := http.ReadResponse(r, nil)
	if err2 != nil {
		t.Fatal(err2)
	}
	if err != nil {
		return nil, c.(*net.TCPConn), resp, r
	}
	return link, c.(*net.TCPConn), resp, r
}

const upgrade = "GET /stream HTTP/1.1\r\nHost: here:1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"

// A page of another host gets no stream.
func TestWebSocketChecksTheOrigin(t *testing.T) {
	for origin, status := range map[string]int{"http://here:1": 101, "http://elsewhere:1": 403} {
		link, _, resp, _ := opened(t, plan.Values{"transport": "ws"}, upgrade+"Origin: "+origin+"\r\n\r\n")
		if resp.StatusCode != status || (link != nil) != (status == 101) {
			t.Errorf("%s: %s", origin, resp.Status)
		}
	}
}

// A pong leaves at once, although the strategy holds everything back.
func TestPongLeavesAtOnce(t *testing.T) {
	_, c, _, r := opened(t, plan.Values{"transport": "ws", "strategy": "bufio", "flush": "full"}, upgrade+"\r\n")
	ping := []byte{0x89, 0x82, 0, 0, 0, 0, 'h', 'i'} // masked by zeros
	if _, err := c.Write(ping); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, []byte{0x8a, 2, 'h', 'i'}) {
		t.Errorf("pong % x, %v", got, err)
	}
}

// Pongs and messages may be written at the same time.
func TestPongsBetweenMessages(t *testing.T) {
	link, c, _, r := opened(t, plan.Values{"transport": "ws", "strategy": "bufio"}, upgrade+"\r\n")
	var work sync.WaitGroup
	defer work.Wait()
	const n = 200
	work.Go(func() {
		for range n {
			_, _ = c.Write([]byte{0x89, 0x80, 0, 0, 0, 0})
		}
	})
	work.Go(func() {
		m := [][]byte{make([]byte, 64)}
		for range n {
			_ = link.Strategy.WriteBatch(m)
			_ = link.Calls()
		}
		_ = link.Strategy.(strategy.Flusher).Flush()
	})
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	pongs, messages := 0, 0
	for pongs < n || messages < n {
		var head [2]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			t.Errorf("after %d pongs and %d messages: %v", pongs, messages, err)
			return
		}
		switch _, _ = r.Discard(int(head[1])); head[0] & 0x0f {
		case websocket.PongMessage:
			pongs++
		case websocket.BinaryMessage:
			messages++
		default:
			t.Errorf("frame % x", head)
			return
		}
	}
}

// The head of the response says what a browser and a cache must know, and the
// first thing in it is when to come back.
func TestEventStreamBegins(t *testing.T) {
	_, _, resp, _ := opened(t, plan.Values{"transport": "sse"}, "GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	line := make([]byte, len("retry: 1000\n\n"))
	if _, err := io.ReadFull(resp.Body, line); err != nil || string(line) != "retry: 1000\n\n" {
		t.Errorf("%q, %v", line, err)
	}
}

// A request for something else opens no stream.
func TestOtherPathsOpenNoStream(t *testing.T) {
	link, _, resp, _ := opened(t, plan.Values{"transport": "sse"}, "GET /else HTTP/1.1\r\nHost: here\r\n\r\n")
	if link != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("%s", resp.Status)
	}
}

func TestEncodingEventsDoesNotAllocate(t *testing.T) {
	m := make([]byte, 256)
	e := events{form: textForm}
	if err := e.encode(m); err != nil {
		t.Fatal(err)
	}
	seq := uint64(0)
	if n := testing.AllocsPerRun(1000, func() {
		seq++
		wire.PutHeader(m, seq, 1)
		_ = e.encode(m)
	}); n != 0 {
		t.Errorf("%v allocations for an event", n)
	}
	if err := e.encode(m[:31]); err == nil {
		t.Error("a message that is too small is taken")
	}
}

// Connections of a broadcast share a frame; one that lags behind drives out none.
func TestPreparedIsShared(t *testing.T) {
	p := newPrepared(3)
	message := func(seq uint64) []byte {
		m := make([]byte, 64)
		wire.PutHeader(m, seq, 1)
		return m
	}
	of := func(seq uint64) *websocket.PreparedMessage {
		msg, err := p.of(message(seq))
		if err != nil {
			t.Fatal(err)
		}
		return msg
	}
	first := of(0)
	if of(0) != first {
		t.Error("a second connection frames the message anew")
	}
	next := of(4) // the same slot
	if of(0) == next || of(4) != next {
		t.Error("a laggard got the wrong message, or drove out the latest")
	}
	if len(p.slots) != 4 {
		t.Errorf("%d slots", len(p.slots))
	}
}

func ExampleRefuse() {
	_, what := Refuse(plan.Values{"transport": "sse", "message": 16.0})
	fmt.Println(what)
	// Output: a message of 16 B is too small for transport sse, whose header alone takes 32 B
}
