package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/plan"
)

// siteTime is how long a site's client may look at other things before it asks
// for a stream.
const siteTime = 5 * time.Minute

// A Site is what a standing server has beyond a trial's.
type Site struct {
	// Transports are the names of what is served over HTTP: sse at /stream, ws at
	// /ws.
	Transports []string
	Stream     string   // name of the stream, in ids and JSON: letters and digits
	JSON       bool     // messages are JSON where a client does not ask by ?format=
	Origins    []string // pages of these may read, beside the site's own; "*" is any
	Other      http.Handler
	// Admit reserves a place for a stream, if there is one; release gives it back.
	Admit func() (release func(), ok bool)
	// Certificate is the server's with TLS; nil makes one for this process.
	Certificate *tls.Certificate
}

// NewSite returns the transport of a standing server. The factors say all but
// the transports. host is the address it is reached at.
func NewSite(v plan.Values, host string, site Site) (*Transport, error) {
	var holds bool
	for _, name := range site.Transports {
		v["transport"] = name
		if _, what := Refuse(v); what != "" {
			return nil, fmt.Errorf("%s", what)
		}
		spec, err := Named(name)
		if err != nil {
			return nil, err
		}
		holds = holds || spec.Holds
	}
	v["transport"] = "tcp"
	t, err := New(v, host)
	if err != nil {
		return nil, err
	}
	if site.Certificate != nil && t.tls != nil {
		t.tls.Certificates, t.pem = []tls.Certificate{*site.Certificate}, ""
	}
	if slices.Equal(site.Transports, []string{"tcp"}) {
		return t, nil
	}
	t.spec = Spec{Name: strings.Join(site.Transports, ","), Holds: holds, ALPN: []string{"http/1.1"}}
	if t.tls != nil {
		t.tls.NextProtos = t.spec.ALPN
	}
	t.protocol, t.patience = newSiteProtocol(&site), siteTime
	return t, nil
}

// A siteProtocol opens whichever stream a client asks for.
type siteProtocol struct {
	http *httpServer
	ws   *webSocket
}

func newSiteProtocol(site *Site) *siteProtocol {
	events := &eventSource{}
	p := &siteProtocol{ws: &webSocket{upgrader: websocket.Upgrader{CheckOrigin: site.allowed}}}
	p.http = newHTTPServer()
	p.http.site, events.http, p.ws.http = site, p.http, p.http
	for _, name := range site.Transports {
		switch name {
		case "sse":
			p.http.handle(streamPath, events.serve)
		case "ws":
			p.http.handle("/ws", p.ws.upgrade)
		}
	}
	if site.Other != nil {
		p.http.mux.Handle("/", site.Other)
	}
	p.http.serve()
	return p
}

func (p *siteProtocol) Open(ctx context.Context, conn net.Conn, ctl Control) (Stream, error) {
	return p.http.open(ctx, conn, &visit{ctl: ctl})
}

func (p *siteProtocol) Close() error { return p.ws.Close() }

// admit answers for a site that has no place left, and notes where the client
// wants to go on: a browser cannot set a header, so the query says it, too.
func (s *httpServer) admit(w http.ResponseWriter, r *http.Request, v *visit) bool {
	if s.site == nil {
		return true
	}
	if r.Method != http.MethodGet { // HEAD
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "a stream has no head of its own; GET it", http.StatusMethodNotAllowed)
		return false
	}
	release, ok := s.site.Admit()
	if !ok {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "every place is taken; come back later", http.StatusServiceUnavailable)
		return false
	}
	v.asked = true
	if v.resume = r.Header.Get("Last-Event-ID"); v.resume == "" {
		v.resume = r.URL.Query().Get("last_event_id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if v.gone || v.vacate != nil {
		release()
		return !v.gone
	}
	v.vacate = release
	return true
}

// allow tells a browser which pages may read the answer. In a trial all may.
func (s *Site) allow(h http.Header, r *http.Request) {
	switch origin := r.Header.Get("Origin"); {
	case s == nil, slices.Contains(s.Origins, "*"):
		h.Set("Access-Control-Allow-Origin", "*") // the stream is public: it looks at no cookie
	case slices.Contains(s.Origins, origin):
		h.Set("Access-Control-Allow-Origin", origin)
		fallthrough
	default:
		h.Set("Vary", "Origin")
	}
}

// allowed tells whether a page may open a WebSocket: browsers leave that to the
// server.
func (s *Site) allowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(s.Origins, "*") || slices.Contains(s.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// form is what the client asks for by ?format=json or ?format=pushbench, or what
// the site says; own is pushbench's.
func (s *Site) form(r *http.Request, own form) form {
	if s == nil {
		return own
	}
	asked := r.URL.Query().Get("format")
	if asked == "json" || asked == "" && s.JSON {
		return jsonForm(s.Stream)
	}
	return own
}
