package strategy_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"

	"github.com/pushbench/pushbench/server/strategy"
)

// A server that streams lines to its client, many of them with each write call.
func Example() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go serve(l)

	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	got, err := io.ReadAll(client)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", got)
	// Output:
	// line 1
	// line 2
	// line 3
}

func serve(l net.Listener) {
	conn, err := l.Accept()
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	s, err := strategy.New("bufio", conn, strategy.Options{Buffer: 4096})
	if err != nil {
		log.Fatal(err)
	}
	for i := range 3 {
		line := fmt.Appendf(nil, "line %d\n", i+1)
		if err := s.WriteBatch([][]byte{line}); err != nil {
			log.Fatal(err)
		}
	}
	// bufio holds back what does not fill its buffer: flush when nothing more is
	// at hand, or the tail stays.
	if f, ok := s.(strategy.Flusher); ok {
		if err := f.Flush(); err != nil {
			log.Fatal(err)
		}
	}
}

// A program that lets its user choose the strategy asks for what some have: a
// Flusher must be flushed, a Reporter has counts, a Closer is closed before the
// connection.
func ExampleNew() {
	conn, peer := pipe()
	defer peer.Close()
	s, err := strategy.New("direct", conn, strategy.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := s.WriteBatch([][]byte{[]byte("one\n"), []byte("two\n")}); err != nil {
		log.Fatal(err)
	}
	if f, ok := s.(strategy.Flusher); ok {
		err = f.Flush()
	}
	if c, ok := s.(io.Closer); ok && err == nil {
		err = c.Close()
	}
	if err != nil {
		log.Fatal(err)
	}
	conn.Close()
	got, _ := io.ReadAll(peer)
	fmt.Printf("%s", got)
	// Output:
	// one
	// two
}

// Count what a strategy costs: messages here leave four to a write call.
func ExampleSink() {
	conn, peer := pipe()
	defer conn.Close()
	defer peer.Close()
	spec, err := strategy.Named("writev")
	if err != nil {
		log.Fatal(err)
	}
	sink := strategy.NewSink(conn)
	s, err := spec.New(sink, strategy.Options{})
	if err != nil {
		log.Fatal(err)
	}
	message := []byte("tick\n")
	for range 5 {
		// writev writes a batch at once: gather what is to share a call.
		if err := s.WriteBatch([][]byte{message, message, message, message}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("messages: 20, write calls:", sink.Calls())
	// Output:
	// messages: 20, write calls: 5
}

// Bytes that wait in a ring have memory from a pool; a connection that was flushed
// holds none.
func ExampleNew_ring() {
	streamLines("ring", strategy.Options{Buffer: 64 << 10})
	// Output:
	// ring: 1000 messages, 8890 bytes
}

// streamLines writes a thousand lines by the named strategy and counts what arrives.
func streamLines(name string, o strategy.Options) {
	conn, peer := pipe()
	defer peer.Close()
	s, err := strategy.New(name, conn, o)
	if err != nil {
		log.Fatal(err)
	}
	for i := range 1000 {
		if err := s.WriteBatch([][]byte{fmt.Appendf(nil, "line %d\n", i)}); err != nil {
			log.Fatal(err)
		}
	}
	if f, ok := s.(strategy.Flusher); ok {
		err = f.Flush()
	}
	if c, ok := s.(io.Closer); ok && err == nil {
		err = c.Close()
	}
	if err != nil {
		log.Fatal(err)
	}
	conn.Close()
	got, _ := io.ReadAll(peer)
	fmt.Printf("%s: %d messages, %d bytes\n", name, bytes.Count(got, []byte("\n")), len(got))
}

// Make messages in the strategy's own buffer, and they are not copied.
func ExampleAppender() {
	conn, peer := pipe()
	defer peer.Close()
	s, err := strategy.New("bufio", conn, strategy.Options{Buffer: 4096})
	if err != nil {
		log.Fatal(err)
	}
	for i := range 3 {
		var message []byte
		if a, ok := s.(strategy.Appender); ok {
			message = a.AvailableBuffer()
		}
		message = fmt.Appendf(message, "message %d\n", i)
		if err := s.WriteBatch([][]byte{message}); err != nil {
			log.Fatal(err)
		}
	}
	if err := s.(strategy.Flusher).Flush(); err != nil {
		log.Fatal(err)
	}
	conn.Close()
	got, _ := io.ReadAll(peer)
	fmt.Printf("%s", got)
	// Output:
	// message 0
	// message 1
	// message 2
}

// pipe is a TCP connection within the process.
func pipe() (conn, peer net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	if peer, err = net.Dial("tcp", l.Addr().String()); err != nil {
		log.Fatal(err)
	}
	if conn, err = l.Accept(); err != nil {
		log.Fatal(err)
	}
	return conn, peer
}
