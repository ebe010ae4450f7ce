package coalesce_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/server/coalesce"
)

// configs are the ways of coalescing under which every server must work.
var configs = map[string]coalesce.Config{
	"idle":    {},
	"hold":    {Hold: true, Window: 2 * time.Millisecond},
	"unequal": {Bytes: 100},
}

// serve starts an HTTP server and returns it with a client; both coalesce.
func serve(t *testing.T, scheme string, cfg coalesce.Config, h http.Handler) (url string, client *http.Client) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Listener = coalesce.Listen(s.Listener, cfg)
	s.Config.WriteTimeout = time.Minute // so that deadlines are in play
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return coalesce.New(conn, cfg), nil
	}
	tr := &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: new(http.Protocols)}
	switch scheme {
	case "http":
		tr.Protocols.SetHTTP1(true)
		s.Start()
	case "h2c":
		tr.Protocols.SetUnencryptedHTTP2(true)
		s.Config.Protocols = tr.Protocols
		s.Start()
	case "https":
		tr.Protocols.SetHTTP1(true)
		s.StartTLS()
	case "h2":
		tr.Protocols.SetHTTP2(true)
		s.EnableHTTP2 = true
		s.StartTLS()
	}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		s.Close()
	})
	return s.URL, &http.Client{Transport: tr, Timeout: 30 * time.Second}
}

func TestHTTP(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 64<<10)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(large))
	})
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("event\n"))
		http.NewResponseController(w).Flush()
		<-r.Context().Done() // the event must arrive before the handler ends
	})
	for _, scheme := range []string{"http", "h2c", "https", "h2"} {
		for name, cfg := range configs {
			t.Run(scheme+"/"+name, func(t *testing.T) {
				url, client := serve(t, scheme, cfg, mux)
				for range 2 { // the second on the same connection
					for _, body := range []string{"", "small", large} {
						resp, err := client.Post(url+"/echo", "text/plain", strings.NewReader(body))
						checkBody(t, resp, err, body)
					}
					resp, err := client.Get(url + "/file")
					checkBody(t, resp, err, large)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				req, err := http.NewRequestWithContext(ctx, "GET", url+"/stream", nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if line, err := bufio.NewReader(resp.Body).ReadString('\n'); line != "event\n" {
					t.Errorf("event %q, %v", line, err)
				}
			})
		}
	}
}

func checkBody(t *testing.T, resp *http.Response, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != want {
		t.Fatalf("body of %d bytes, %v; want %d", len(got), err, len(want))
	}
}

func TestWebSocket(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.Close()
		for {
			kind, p, err := ws.ReadMessage()
			if err != nil {
				return
			}
			ws.SetWriteDeadline(time.Now().Add(time.Minute))
			if err := ws.WriteMessage(kind, p); err != nil {
				t.Error(err)
			}
		}
	})
	for _, scheme := range []string{"http", "https"} {
		for name, cfg := range configs {
			t.Run(scheme+"/"+name, func(t *testing.T) {
				url, client := serve(t, scheme, cfg, h)
				tr := client.Transport.(*http.Transport)
				d := websocket.Dialer{NetDialContext: tr.DialContext, TLSClientConfig: tr.TLSClientConfig, HandshakeTimeout: 30 * time.Second}
				ws, _, err := d.Dial("ws"+strings.TrimPrefix(url, "http"), nil)
				if err != nil {
					t.Fatal(err)
				}
				defer ws.Close()
				for _, size := range []int{0, 1, 100, 5000, 100_000} {
					want := bytes.Repeat([]byte("x"), size)
					if err := ws.WriteMessage(websocket.BinaryMessage, want); err != nil {
						t.Fatal(err)
					}
					if _, got, err := ws.ReadMessage(); err != nil || !bytes.Equal(got, want) {
						t.Fatalf("echo of %d bytes: %d, %v", size, len(got), err)
					}
				}
			})
		}
	}
}

// A Conn above TLS: the handshake happens within its calls.
func TestAboveTLS(t *testing.T) {
	s := httptest.NewTLSServer(nil) // for its certificate
	defer s.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", s.TLS)
	if err != nil {
		t.Fatal(err)
	}
	l = coalesce.Listen(l, coalesce.Config{})
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		io.Copy(c, c)
		c.(*coalesce.Conn).CloseWrite()
	}()
	below, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	c := coalesce.New(below, coalesce.Config{})
	defer c.Close()
	for range 10 {
		mustWrite(t, c, "hello ")
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); err != nil || string(got) != strings.Repeat("hello ", 10) {
		t.Errorf("echo %q, %v", got, err)
	}
}

// The server's last answer arrives although tls.Conn sets a deadline already
// past before it closes.
func TestTLSCloseKeepsTail(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, "last words")
	}))
	s.Listener = coalesce.Listen(s.Listener, holdLong)
	s.StartTLS()
	defer s.Close()
	resp, err := s.Client().Get(s.URL)
	checkBody(t, resp, err, "last words")
}

// A saturating stream needs at most a fifth of the write calls of plain net/http.
func TestHTTPStreamCalls(t *testing.T) {
	const messages = 20000
	var made [2]int64
	for i, coalesced := range []bool{false, true} {
		run, calls := saturating(t, coalesced)
		before := calls()
		run(messages)
		made[i] = calls() - before
	}
	if made[0] != messages || made[1]*5 > made[0] {
		t.Errorf("%d write calls, plain net/http %d for %d messages; want at most a fifth", made[1], made[0], messages)
	}
}
