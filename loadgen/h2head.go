package loadgen

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// An h2Block is a head: of a response, or the request of a promise. It may come in
// several frames, with nothing between them.
type h2Block struct {
	open    bool
	stream  uint32 // whose frames it comes in
	about   uint32 // whose head it is
	promise bool
	ends    bool // the stream ends with it
	size    int
	frames  int

	status, length, path string
}

// pushPath is where pushed messages lie; their sequence number follows.
const pushPath = "/message/"

// head begins a head.
func (c *h2Client) head(h http2.FrameHeader, about uint32, fragment []byte, ended bool) error {
	c.block = h2Block{open: true, stream: h.StreamID, about: about, promise: h.Type == http2.FramePushPromise}
	c.block.ends = !c.block.promise && h.Flags.Has(http2.FlagHeadersEndStream)
	return c.fragment(fragment, ended)
}

// fragment takes a part of a head.
func (c *h2Client) fragment(p []byte, ended bool) error {
	b := &c.block
	b.size += len(p)
	if b.frames++; b.size > h2HeadBytes || b.frames > h2Fragments {
		return fmt.Errorf("HTTP/2: the head of stream %d has more than %d B or %d frames", b.about, h2HeadBytes, h2Fragments)
	}
	if _, err := c.hpack.Write(p); err != nil {
		return fmt.Errorf("HTTP/2: head of stream %d: %w", b.about, err)
	}
	if !ended {
		return nil
	}
	b.open = false
	if err := c.hpack.Close(); err != nil {
		return fmt.Errorf("HTTP/2: head of stream %d: %w", b.about, err)
	}
	if b.promise {
		return c.promised(b)
	}
	return c.answered(b)
}

// field takes one header field.
func (c *h2Client) field(f hpack.HeaderField) {
	switch f.Name {
	case ":status":
		c.block.status = f.Value
	case ":path":
		c.block.path = f.Value
	case "content-length":
		c.block.length = f.Value
	}
}

// promised takes the head of a promise.
func (c *h2Client) promised(b *h2Block) error {
	if !c.push || b.stream != 1 || c.status == "" || c.done {
		return fmt.Errorf("HTTP/2: stream %d is pushed, and must not be", b.about)
	}
	digits, ok := strings.CutPrefix(b.path, pushPath)
	seq, err := strconv.ParseUint(digits, 10, 64)
	if !ok || err != nil {
		return fmt.Errorf("HTTP/2: stream %d promises %.40q; messages are at %sNUMBER", b.about, b.path, pushPath)
	}
	return c.promises.open(b.about, seq, c.streamWindow)
}

// answered takes the head of a response.
func (c *h2Client) answered(b *h2Block) error {
	if b.about == 1 {
		switch {
		case c.done || b.status == "" && !b.ends || b.status != "" && c.status != "":
			return fmt.Errorf("HTTP/2: a further head on stream 1")
		case b.status != "":
			c.status = b.status
		}
		c.done = b.ends
		return nil
	}
	p := c.promises.find(b.about)
	if p == nil || p.answered {
		return fmt.Errorf("HTTP/2: HEADERS on stream %d, which awaits none", b.about)
	}
	size, err := strconv.Atoi(b.length)
	if b.status != "200" || b.ends || err != nil {
		return fmt.Errorf("HTTP/2: message %d is answered with status %.9q and content-length %.20q", p.seq, b.status, b.length)
	}
	return p.begin(size)
}
