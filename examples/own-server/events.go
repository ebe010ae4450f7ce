package main

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

// serveEvents answers every request with an endless stream of events, over HTTP/1.1
// or HTTP/2 without TLS.
func serveEvents(l net.Listener) error {
	var both http.Protocols
	both.SetHTTP1(true)
	both.SetUnencryptedHTTP2(true)
	s := http.Server{Protocols: &both, ReadHeaderTimeout: 10 * time.Second}
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		flush := http.NewResponseController(w).Flush
		_ = flush() // the head, at once; a reader that has left shows below
		_ = pace(func(first, n uint64, due time.Time) error {
			for seq := first; seq < first+n; seq++ {
				if _, err := fmt.Fprintf(w, "data: {\"seq\":%d,\"ts\":%d}\n\n", seq, due.UnixMilli()); err != nil {
					return err
				}
			}
			return flush()
		})
	})
	return s.Serve(l)
}
