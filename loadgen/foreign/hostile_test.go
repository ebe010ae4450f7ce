package foreign

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// hostile are servers that do what they must not; serve has the client's request
// read already, if it sends one.
var hostile = []struct {
	name, scheme string
	answer       func(w *bufio.Writer, accept string)
	kind         string
}{
	{"lines without end", "tcp", func(w *bufio.Writer, _ string) { endless(w, "x") }, "too long"},
	{"reset", "tcp", nil, "reset"},
	{"half a line", "tcp", func(w *bufio.Writer, _ string) { fmt.Fprint(w, "half") }, "cut off"},
	{"a head without end", "http", func(w *bufio.Writer, _ string) {
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\n")
		endless(w, "X: y\r\n")
	}, "protocol"},
	{"a head line without end", "ws", func(w *bufio.Writer, _ string) {
		fmt.Fprint(w, "HTTP/1.1 101 Switching Protocols\r\nX: ")
		endless(w, "y")
	}, "too long"},
	{"a head without end", "ws", func(w *bufio.Writer, _ string) {
		fmt.Fprint(w, "HTTP/1.1 101 Switching Protocols\r\n")
		endless(w, "X: y\r\n")
	}, "too long"},
	{"not HTTP", "http", func(w *bufio.Writer, _ string) { fmt.Fprint(w, "SSH-2.0-x\r\n\r\n") }, "protocol"},
	{"not HTTP", "ws", func(w *bufio.Writer, _ string) { fmt.Fprint(w, "SSH-2.0-x\r\n\r\n") }, "protocol"},
	{"an event without end", "http", func(w *bufio.Writer, _ string) {
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
		endless(w, "data: x\n")
	}, "too long"},
	{"a broken chunk", "http", func(w *bufio.Writer, _ string) {
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	}, "protocol"},
	{"a gzip bomb", "http", func(w *bufio.Writer, _ string) {
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n")
		z := gzip.NewWriter(w)
		zeros := make([]byte, 1<<20)
		for range 64 {
			if _, err := z.Write(zeros); err != nil {
				return
			}
		}
		z.Close()
	}, "too long"},
	{"broken gzip", "http", func(w *bufio.Writer, _ string) {
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\nnot gzip at all")
	}, "compression"},
	{"a wrong accept", "ws", func(w *bufio.Writer, _ string) { fmt.Fprintf(w, upgraded, "wrong", "") }, "protocol"},
	{"a masked frame", "ws", func(w *bufio.Writer, accept string) {
		fmt.Fprintf(w, upgraded+"\x81\x81aaaab", accept, "")
	}, "closed by the server|protocol"},
	{"a wild opcode", "ws", func(w *bufio.Writer, accept string) { fmt.Fprintf(w, upgraded+"\x8f\x01x", accept, "") }, "protocol"},
	{"a frame of 2^63 bytes", "ws", func(w *bufio.Writer, accept string) {
		fmt.Fprintf(w, upgraded+"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", accept, "")
	}, "too long"},
	{"fragments without end", "ws", func(w *bufio.Writer, accept string) {
		fmt.Fprintf(w, upgraded+"\x02\x01x", accept, "")
		endless(w, "\x00\x01x")
	}, "too long"},
	{"a deflate bomb", "ws", func(w *bufio.Writer, accept string) {
		fmt.Fprintf(w, upgraded, accept, "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n")
		b := bomb()
		fmt.Fprintf(w, "\xc2\x7e%c%c%s", len(b)>>8, len(b)&0xff, b)
	}, "too long"},
	{"half a frame", "ws", func(w *bufio.Writer, accept string) { fmt.Fprintf(w, upgraded+"\x82\x05x", accept, "") }, "cut off|closed by the server"},
}

func endless(w *bufio.Writer, piece string) {
	block := strings.Repeat(piece, 1000)
	for range 1 << 20 {
		if _, err := w.WriteString(block); err != nil {
			return
		}
	}
}

func TestHostileServers(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, h := range hostile {
		t.Run(h.scheme+" "+h.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go serveHostile(l, h.scheme, h.answer)
			rec := failing(t, h.scheme+"://"+l.Addr().String(), func(c *Config) { c.Compress = true })
			found := 0
			for _, kind := range strings.Split(h.kind, "|") {
				found += rec.Failures[kind].Count
			}
			if found == 0 {
				t.Errorf("%+v", rec.Failures)
			}
		})
	}
}

func serveHostile(l net.Listener, scheme string, answer func(*bufio.Writer, string)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		accept := ""
		if scheme != "tcp" {
			r, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				conn.Close()
				continue
			}
			accept = acceptKey(r.Header.Get("Sec-Websocket-Key"))
		}
		if answer == nil {
			_ = conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
			continue
		}
		w := bufio.NewWriter(conn)
		answer(w, accept)
		w.Flush()
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
		conn.Close()
	}
}
