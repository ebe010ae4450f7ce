package ownserver

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	tryTime  = time.Second // for one attempt
	tryEvery = 10 * time.Millisecond
)

// Start starts the command and waits until readers may connect.
func (h *Host) Start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.cfg.Server.ReadyWithin.Duration())
	defer cancel()
	if h.listens(ctx) == nil {
		return fmt.Errorf("something listens at %s before it is started; end that, or write {port} for the port", h.target.Host)
	}
	if err := h.begin(); err != nil {
		return fmt.Errorf("cannot start: %w", err)
	}
	err := h.await(ctx)
	switch {
	case err == nil:
		return nil
	case h.gone():
		return fmt.Errorf("ended before it was ready: %w", h.end())
	}
	hint := "; it said nothing"
	if said := h.output.lastLines(); said != "" {
		hint = Said + said
	}
	return fmt.Errorf("not ready within %v (ready: %s): %w; give it time by ready_within%s", h.cfg.Server.ReadyWithin.Duration(), h.cfg.Server.Ready, err, hint)
}

// await returns nil when the server is ready, else why it is not.
func (h *Host) await(ctx context.Context) error {
	try := h.listens
	switch h.cfg.Server.Ready {
	case "http":
		try = h.answers
	case "line":
		try = h.says
	}
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-h.ended:
			return err
		case <-ctx.Done():
			return err
		case <-time.After(tryEvery):
		}
	}
}

// listens tells whether the port accepts connections. It makes none where the
// kernel can be asked: a server may wait for just one, or count them.
func (h *Host) listens(ctx context.Context) error {
	switch there, err := h.listener(); {
	case there:
		return nil
	case err == nil:
		return fmt.Errorf("nothing listens at %s", h.target.Host)
	}
	conn, err := (&net.Dialer{Timeout: tryTime}).DialContext(ctx, "tcp", h.target.Host)
	if err != nil {
		return err
	}
	return conn.Close()
}

// answers tells whether a GET of the target is answered with a status below 500.
// Its certificate is of no interest here, nor is what a stream then carries.
func (h *Host) answers(ctx context.Context) error {
	u := *h.target
	u.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return bare(err)
	}
	res.Body.Close()
	if res.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("GET %s: %s", u.String(), res.Status)
	}
	return nil
}

// bare leaves out what url.Error adds, but for the URL.
func bare(err error) error {
	if u, ok := err.(*url.Error); ok {
		return fmt.Errorf("GET %s: %w", u.URL, u.Err)
	}
	return err
}

// says waits for the line.
func (h *Host) says(ctx context.Context) error {
	missing := fmt.Errorf("no line matched %q", h.cfg.Server.ReadyLine)
	select {
	case <-h.output.said:
		return nil
	case <-h.ended:
		h.output.settle()
	case <-ctx.Done():
	}
	return missing
}
