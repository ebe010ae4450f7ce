// Own-server is an example of a server that pushbench measures from outside, by
// `pushbench run` of scenarios with a server of their own. It pushes a stream to
// whoever connects: pushbench's messages or lines of JSON on a bare TCP
// connection, or events on HTTP. docs/own-server.md runs it.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"time"

	"github.com/pushbench/pushbench/server/strategy"
)

// every is how often messages are due; what is due at once is written at once.
const every = 10 * time.Millisecond

var (
	addr    = flag.String("addr", "127.0.0.1:8080", "`host:port` to listen at")
	form    = flag.String("form", "pushbench", "pushbench, lines or sse")
	writing = flag.String("strategy", "direct", "write strategy of TCP connections: direct, bufio, writev …")
	rate    = flag.Int("rate", 10000, "messages per second on each connection")
	size    = flag.Int("size", 64, "bytes of one of pushbench's messages")
)

func main() {
	flag.Parse()
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", l.Addr())
	if *form == "sse" {
		log.Fatal(serveEvents(l))
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer conn.Close()
			log.Print(push(conn)) // the reader has left
		}()
	}
}

// push writes messages to a connection until that fails, and says why.
func push(conn net.Conn) error {
	s, err := strategy.New(*writing, conn, strategy.Options{Buffer: 4096})
	if err != nil {
		return err
	}
	return pace(func(first, n uint64, due time.Time) error {
		batch := make([][]byte, n)
		for i := range batch {
			batch[i] = message(first+uint64(i), due)
		}
		if err := s.WriteBatch(batch); err != nil {
			return err
		}
		if f, ok := s.(strategy.Flusher); ok {
			return f.Flush()
		}
		return nil
	})
}

// pace calls send with the numbers of the messages that are due, in time.
func pace(send func(first, n uint64, due time.Time) error) error {
	began := time.Now()
	for tick, sent := time.Duration(1), uint64(0); ; tick++ {
		due := began.Add(tick * every)
		time.Sleep(time.Until(due))
		n := uint64(float64(*rate)*(tick*every).Seconds()) - sent
		if n == 0 {
			continue
		}
		if err := send(sent, n, due); err != nil {
			return err
		}
		sent += n
	}
}
