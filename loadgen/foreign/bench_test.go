package foreign

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/loadgen/observe"
)

// firehoses send one chunk of 64-byte messages again and again, as a response or
// a connection that has begun.
var firehoses = map[string]struct{ scheme, head, message string }{
	"tcp":      {"tcp", "", "%s\n"},
	"sse":      {"http", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", "data: %s\n\n"},
	"sse json": {"http", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", "data: {\"n\":1,\"sent\":1700000000123,\"pad\":%q}\n\n"},
	"ws":       {"ws", "upgrade", "\x82\x40%s"},
}

// BenchmarkRead reads b.N messages of 64 bytes from a socket that another
// goroutine fills as fast as it can: network, parsing and counting, and with json
// also time and number of each message. ns/op is for one message, on two cores
// that both sides share.
func BenchmarkRead(b *testing.B) {
	for name, f := range firehoses {
		b.Run(name, func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			data := strings.Repeat("0123456789abcdef", 4)
			if strings.Contains(f.message, "pad") {
				data = data[:27]
			}
			go pour(l, f.scheme, f.head, strings.Repeat(fmt.Sprintf(f.message, data), 512))
			target, err := ParseTarget(f.scheme + "://" + l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			cfg := observe.Config{Stall: time.Hour}
			if strings.Contains(f.message, "pad") {
				cfg.Stamp, _ = observe.ParseStamp("json:sent:unixms")
				cfg.Number, _ = observe.ParseNumber("json:n")
			}
			o := observe.New(1, cfg)
			ctx, cancel := context.WithCancel(b.Context())
			go func() {
				defer cancel()
				for o.Messages() < uint64(b.N) {
					time.Sleep(100 * time.Microsecond)
				}
			}()
			b.ReportAllocs()
			b.ResetTimer()
			Run(ctx, Config{Target: target, Connections: 1, Framing: "lines", MaxMessage: 1 << 20, Observer: o})
			b.ReportMetric(float64(o.Messages())/b.Elapsed().Seconds()/1e6, "Mmsg/s")
		})
	}
}

func pour(l net.Listener, scheme, head, chunk string) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	if scheme != "tcp" {
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		if scheme == "ws" {
			head = fmt.Sprintf(upgraded, acceptKey(r.Header.Get("Sec-Websocket-Key")), "")
		}
	}
	if _, err := conn.Write([]byte(head)); err != nil {
		return
	}
	for b := []byte(chunk); err == nil; {
		_, err = conn.Write(b)
	}
}
