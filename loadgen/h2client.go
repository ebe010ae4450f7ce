package loadgen

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/pushbench/pushbench/internal/wire"
)

// An h2Client reads one HTTP/2 connection with one request: the messages are in
// the body of its response, or in pushed streams. It takes one frame at a time
// and checks its payload where it lies. The client of x/net takes no pushes, and
// copies each body to another goroutine.
type h2Client struct {
	framer *http2.Framer
	out    *bufio.Writer
	push   bool

	streamWindow, connWindow int // what is offered
	conn                     credit
	body                     credit // of stream 1

	hpack *hpack.Decoder
	block h2Block // the head that is being read

	status   string // of the response on stream 1
	done     bool   // stream 1 has ended
	messages framed // in the body of stream 1
	promises promises

	at     *promise // whose payload was read last; nil is stream 1
	taken  int      // bytes of it that count towards flow control
	n      uint64   // DATA frames with a payload
	goAway error    // what the server said when it left
}

func newH2Client(in io.Reader, out io.Writer, window int, push bool) *h2Client {
	c := &h2Client{out: bufio.NewWriter(out), push: push, streamWindow: h2StreamWindow, connWindow: h2ConnWindow}
	if window > 0 {
		c.streamWindow, c.connWindow = window, max(window, h2FirstWindow)
	}
	c.conn, c.body = newCredit(c.connWindow), newCredit(c.streamWindow)
	c.framer = http2.NewFramer(c.out, in)
	c.framer.SetReuseFrames()
	c.framer.SetMaxReadFrameSize(h2FrameBytes)
	// It knows no CONTINUATION of a PUSH_PROMISE; the order is checked here.
	c.framer.AllowIllegalReads = true
	c.hpack = hpack.NewDecoder(4096, c.field)
	c.hpack.SetMaxStringLength(h2HeadBytes)
	c.promises.init()
	return c
}

func (c *h2Client) frames() uint64 { return c.n }

func (c *h2Client) counts() *wire.Counts {
	if c.push {
		return &c.promises.Counts
	}
	return &c.messages.Counts
}

// read takes one frame and returns the payload of DATA, which stays valid until
// release; other frames have none.
func (c *h2Client) read() ([]byte, error) {
	if c.done && c.promises.n == 0 {
		return nil, io.EOF
	}
	f, err := c.framer.ReadFrame()
	if err != nil {
		return nil, c.cut(err)
	}
	h := f.Header()
	if _, continues := f.(*http2.ContinuationFrame); continues != c.block.open || continues && h.StreamID != c.block.stream {
		return nil, fmt.Errorf("HTTP/2: frame %v is out of order", h.Type)
	}
	switch f := f.(type) {
	case *http2.DataFrame:
		return c.data(f)
	case *http2.HeadersFrame:
		return nil, c.head(h, h.StreamID, f.HeaderBlockFragment(), f.HeadersEnded())
	case *http2.PushPromiseFrame:
		return nil, c.head(h, f.PromiseID, f.HeaderBlockFragment(), f.HeadersEnded())
	case *http2.ContinuationFrame:
		return nil, c.fragment(f.HeaderBlockFragment(), f.HeadersEnded())
	}
	return nil, c.control(f)
}

// control answers frames that carry no message.
func (c *h2Client) control(f http2.Frame) error {
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if f.IsAck() {
			return nil
		}
		return errors.Join(c.framer.WriteSettingsAck(), c.out.Flush())
	case *http2.PingFrame:
		if f.IsAck() {
			return nil
		}
		return errors.Join(c.framer.WritePing(true, f.Data), c.out.Flush())
	case *http2.GoAwayFrame:
		c.goAway = fmt.Errorf("HTTP/2: the server went away: %v", f.ErrCode)
		if f.ErrCode != http2.ErrCodeNo {
			return c.goAway
		}
	case *http2.RSTStreamFrame:
		return fmt.Errorf("HTTP/2: the server has reset stream %d: %v", f.StreamID, f.ErrCode)
	}
	return nil // WINDOW_UPDATE, PRIORITY and what is not known say nothing to a reader
}

// cut explains the end of the connection before that of the stream.
func (c *h2Client) cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("HTTP/2: the connection ended before its stream: %w", io.ErrUnexpectedEOF)
		return errors.Join(c.goAway, err)
	}
	return err
}

// data takes a DATA frame.
func (c *h2Client) data(f *http2.DataFrame) ([]byte, error) {
	size := int(f.Length)
	space := &c.body
	c.at = nil
	switch {
	case f.StreamID == 1 && c.status != "" && !c.done:
		c.done = f.StreamEnded()
	default:
		if c.at = c.promises.find(f.StreamID); c.at == nil || !c.at.answered {
			return nil, fmt.Errorf("HTTP/2: DATA on stream %d, which is not open", f.StreamID)
		}
		space = &c.at.credit
		c.at.ended = f.StreamEnded()
	}
	if !c.conn.spend(size) || !space.spend(size) {
		return nil, fmt.Errorf("HTTP/2: DATA of %d B on stream %d is more than flow control allows", size, f.StreamID)
	}
	c.taken = size
	if len(f.Data()) > 0 {
		c.n++
	} else {
		c.release()
		return nil, c.endPromise()
	}
	return f.Data(), nil
}

// release gives the server credit for what was consumed. What cannot be written
// shows as an end of the connection.
func (c *h2Client) release() {
	if c.taken == 0 {
		return
	}
	if n := c.conn.refund(c.taken); n > 0 {
		_ = c.framer.WriteWindowUpdate(0, n)
	}
	switch {
	case c.at != nil:
		if n := c.at.credit.refund(c.taken); n > 0 && !c.at.ended {
			_ = c.framer.WriteWindowUpdate(c.at.stream, n)
		}
	case !c.done:
		if n := c.body.refund(c.taken); n > 0 {
			_ = c.framer.WriteWindowUpdate(1, n)
		}
	}
	c.taken = 0
	if c.out.Buffered() > 0 {
		_ = c.out.Flush()
	}
}

// Feed checks the payload that was read last.
func (c *h2Client) Feed(p []byte, dues []int64) ([]int64, error) {
	switch {
	case !c.push:
		return c.messages.Feed(p, dues)
	case c.at == nil:
		return dues, errors.New("HTTP/2: the response has a body; messages are pushed")
	}
	dues, err := c.at.feed(p, dues)
	if err != nil {
		return dues, err
	}
	return dues, c.endPromise()
}

// endPromise closes the pushed stream at hand if it has ended.
func (c *h2Client) endPromise() error {
	if c.at == nil || !c.at.ended {
		return nil
	}
	return c.promises.close(c.at)
}

func (c *h2Client) ended() error {
	if c.push {
		return nil // it ends when each promise was kept
	}
	return c.messages.ended()
}

// A credit is one flow-control window as the receiver sees it. Half of it is given
// back at once, when that much was consumed.
type credit struct{ window, left, used int }

func newCredit(window int) credit { return credit{window: window, left: window} }

func (c *credit) spend(n int) bool {
	c.left -= n
	return c.left >= 0
}

// refund returns what to give back now; 0 is nothing.
func (c *credit) refund(n int) uint32 {
	if c.used += n; 2*c.used < c.window {
		return 0
	}
	n = c.used
	c.used = 0
	c.left += n
	return uint32(n)
}
