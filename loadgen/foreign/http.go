package foreign

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/loadgen/observe"
	"github.com/pushbench/pushbench/loadgen/sse"
)

// openHTTP asks for an event stream: by HTTP/1.1, by HTTP/2 where a https server
// offers it, or by HTTP/2 without TLS (h2c).
func openHTTP(ctx context.Context, c *client) (session, error) {
	if c.http == nil {
		c.http = c.transport()
	}
	// The request lasts as long as the stream: cancel ends it.
	ctx, cancel := context.WithCancel(ctx)
	resp, err := c.http.RoundTrip(c.request(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	if err := check(resp); err != nil {
		cancel()
		resp.Body.Close()
		return nil, err
	}
	c.parser.Reset()
	return &eventSession{resp: resp, cancel: cancel, parser: &c.parser, buf: make([]byte, c.bufferSize())}, nil
}

func (c *client) transport() *http.Transport {
	t := &http.Transport{
		DialContext: c.dial, TLSClientConfig: c.run.cfg.tls(), TLSHandshakeTimeout: openTime, ResponseHeaderTimeout: openTime,
		MaxResponseHeaderBytes: maxHead, ReadBufferSize: c.bufferSize(),
		DisableCompression: true, // what is asked for is unpacked here, where it can be counted
		Protocols:          new(http.Protocols),
	}
	switch c.run.cfg.Target.URL.Scheme {
	case "h2c":
		t.Protocols.SetUnencryptedHTTP2(true)
	case "https":
		t.Protocols.SetHTTP2(true)
		fallthrough
	default:
		t.Protocols.SetHTTP1(true)
	}
	return t
}

func (c *client) hangUp() {
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
}

func (c *client) request(ctx context.Context) *http.Request {
	u := *c.run.cfg.Target.URL
	u.Scheme = strings.Replace(u.Scheme, "h2c", "http", 1)
	h := http.Header{"Accept": {"text/event-stream"}, "Cache-Control": {"no-store"}}
	if c.run.cfg.Compress {
		h.Set("Accept-Encoding", "gzip")
	}
	if id := c.parser.LastEventID(); len(id) > 0 {
		h.Set("Last-Event-ID", string(id))
	}
	for name, values := range c.run.cfg.Header {
		h[name] = values
	}
	r := &http.Request{Method: http.MethodGet, URL: &u, Header: h, Host: h.Get("Host")}
	if name := u.User.Username(); u.User != nil && h.Get("Authorization") == "" {
		password, _ := u.User.Password()
		r.SetBasicAuth(name, password)
	}
	return r.WithContext(ctx)
}

// check tells why an answer is no event stream.
func check(resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		why := "status " + strconv.Itoa(resp.StatusCode)
		if to := resp.Header.Get("Location"); to != "" {
			why += ": it leads to " + to + "; give that URL"
		}
		return statusError{resp.StatusCode, why}
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "text/event-stream" {
		return statusError{resp.StatusCode, fmt.Sprintf("content type %q is no event stream", resp.Header.Get("Content-Type"))}
	}
	switch e := resp.Header.Get("Content-Encoding"); strings.ToLower(e) {
	case "", "identity", "gzip":
		return nil
	default:
		return statusError{resp.StatusCode, fmt.Sprintf("content encoding %q is not known", e)}
	}
}

// tls is how servers are trusted.
func (c Config) tls() *tls.Config {
	return &tls.Config{InsecureSkipVerify: c.Insecure} //nolint:gosec // asked for by --insecure, and the result says so
}

type eventSession struct {
	resp   *http.Response
	cancel context.CancelFunc
	parser *sse.Parser
	buf    []byte
}

func (e *eventSession) read(s *observe.Stream) error {
	body := io.Reader(e.resp.Body)
	if strings.EqualFold(e.resp.Header.Get("Content-Encoding"), "gzip") {
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return err
		}
		body = unpacked
	}
	take := func(ev sse.Event) error {
		s.Message(ev.Data)
		return nil
	}
	for {
		n, err := body.Read(e.buf)
		if n > 0 {
			s.Begin()
			broken := e.parser.Feed(e.buf[:n], take)
			s.End()
			if broken != nil {
				return broken
			}
		}
		if err != nil {
			return err
		}
	}
}

func (e *eventSession) Close() error {
	e.cancel()
	return e.resp.Body.Close()
}
