package coalesce_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/server/coalesce"
)

// events writes three messages and flushes each, as a server-sent events
// handler does.
func events(w http.ResponseWriter, r *http.Request) {
	for i := range 3 {
		fmt.Fprintf(w, "event %d over %s\n", i, r.Proto)
		http.NewResponseController(w).Flush()
	}
}

// printBody gets url and prints what it says.
func printBody(client *http.Client, url string) {
	resp, err := client.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	defer client.CloseIdleConnections()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(body))
}

// A net/http server needs its listener wrapped, nothing else.
func ExampleListen() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(events)}
	go server.Serve(coalesce.Listen(l, coalesce.Config{}))
	defer server.Close()

	printBody(http.DefaultClient, "http://"+l.Addr().String())
	// Output:
	// event 0 over HTTP/1.1
	// event 1 over HTTP/1.1
	// event 2 over HTTP/1.1
}

// With TLS the listener stands below: ServeTLS puts TLS on top of it.
func ExampleListen_tls() {
	cert := httptest.NewTLSServer(nil) // a certificate and a client that trusts it
	defer cert.Close()

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Handler:   http.HandlerFunc(events),
		TLSConfig: &tls.Config{Certificates: cert.TLS.Certificates},
		Protocols: new(http.Protocols),
	}
	server.Protocols.SetHTTP1(true)
	go server.ServeTLS(coalesce.Listen(l, coalesce.Config{}), "", "")
	defer server.Close()

	printBody(cert.Client(), "https://"+l.Addr().String())
	// Output:
	// event 0 over HTTP/1.1
	// event 1 over HTTP/1.1
	// event 2 over HTTP/1.1
}

// HTTP/2 is negotiated as ever, since net/http sees the *tls.Conn.
func ExampleListen_http2() {
	server := httptest.NewUnstartedServer(http.HandlerFunc(events))
	server.Listener = coalesce.Listen(server.Listener, coalesce.Config{})
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()

	printBody(server.Client(), server.URL)
	// Output:
	// event 0 over HTTP/2.0
	// event 1 over HTTP/2.0
	// event 2 over HTTP/2.0
}

// gorilla/websocket writes each message by itself: those written in a row leave
// together.
func ExampleListen_websocket() {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			log.Print(err)
			return
		}
		defer ws.Close()
		for i := range 3 {
			if err := ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, "push %d", i)); err != nil {
				log.Print(err)
			}
		}
	}))
	server.Listener = coalesce.Listen(server.Listener, coalesce.Config{})
	server.Start()
	defer server.Close()

	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer ws.Close()
	for range 3 {
		_, p, err := ws.ReadMessage()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(p))
	}
	// Output:
	// push 0
	// push 1
	// push 2
}

// Any net.Conn can be wrapped by itself. Hold trades Window of latency for
// fewer calls.
func ExampleNew() {
	client, conn := net.Pipe()
	c := coalesce.New(conn, coalesce.Config{Hold: true, Window: 5 * time.Millisecond})
	go func() {
		defer c.Close()
		for i := range 3 {
			fmt.Fprintf(c, "line %d\n", i)
		}
	}()
	lines := bufio.NewScanner(client)
	for lines.Scan() {
		fmt.Println(lines.Text())
	}
	s := c.Stats()
	fmt.Printf("%d writes, %d call\n", s.Writes, s.Calls)
	// Output:
	// line 0
	// line 1
	// line 2
	// 3 writes, 1 call
}
