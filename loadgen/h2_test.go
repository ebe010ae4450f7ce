package loadgen

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/pushbench/pushbench/internal/wire"
)

// A script writes what a server of HTTP/2 might.
type script struct {
	bytes.Buffer
	framer *http2.Framer
	hpack  *hpack.Encoder
	block  bytes.Buffer
}

func newScript() *script {
	s := &script{}
	s.framer = http2.NewFramer(&s.Buffer, nil)
	s.framer.AllowIllegalWrites = true
	s.hpack = hpack.NewEncoder(&s.block)
	return s
}

func (s *script) fields(pairs ...string) []byte {
	s.block.Reset()
	for i := 0; i < len(pairs); i += 2 {
		_ = s.hpack.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return bytes.Clone(s.block.Bytes())
}

func (s *script) head(stream uint32, end bool, pairs ...string) {
	_ = s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: s.fields(pairs...), EndHeaders: true, EndStream: end})
}

func (s *script) ok() { s.head(1, false, ":status", "200") }

func (s *script) data(stream uint32, end bool, b []byte) { _ = s.framer.WriteData(stream, end, b) }

func (s *script) promise(stream uint32, path string) {
	_ = s.framer.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: stream, BlockFragment: s.fields(":method", "GET", ":path", path), EndHeaders: true})
}

// push promises and answers one message.
func (s *script) push(stream uint32, seq uint64, path string) {
	s.promise(stream, path)
	m := wire.PadsFor(64).Append(nil, seq, 1)[wire.PrefixSize:]
	s.head(stream, false, ":status", "200", "content-length", "64")
	s.data(stream, true, m)
}

// readAll reads what a server wrote to its end, as a trial's client does.
func readAll(b []byte, push bool) (*h2Client, error) {
	c := newH2Client(bytes.NewReader(b), io.Discard, 0, push)
	var dues []int64
	for {
		p, err := c.read()
		if err == io.EOF {
			return c, c.ended()
		}
		if err == nil && len(p) > 0 {
			dues, err = c.Feed(p, dues[:0])
			c.release()
		}
		if err != nil {
			return c, err
		}
	}
}

func TestH2Streams(t *testing.T) {
	framed := func(from, n uint64) (b []byte) {
		for seq := from; seq < from+n; seq++ {
			b = wire.PadsFor(64).Append(b, seq, 1)
		}
		return b
	}
	for _, c := range []struct {
		name  string
		push  bool
		write func(*script)
		count uint64
		want  string // of the error; "" is none
	}{
		{"a body", false, func(s *script) {
			s.ok()
			s.data(1, false, framed(0, 3))
			_ = s.framer.WritePing(false, [8]byte{})
			_ = s.framer.WriteSettings()
			s.data(1, true, framed(3, 2))
		}, 5, ""},
		{"a body whose last frame is empty", false, func(s *script) { s.ok(); s.data(1, false, framed(0, 1)); s.data(1, true, nil) }, 1, ""},
		{"pushes", true, func(s *script) {
			s.ok()
			s.push(2, 0, "/message/0")
			s.push(4, 1, "/message/1")
			s.data(1, true, nil)
		}, 2, ""},
		{"a promise that is kept after the response", true, func(s *script) {
			s.ok()
			s.promise(2, "/message/0")
			s.data(1, true, nil)
			s.head(2, false, ":status", "200", "content-length", "64")
			s.data(2, true, framed(0, 1)[wire.PrefixSize:])
		}, 1, ""},
		{"a head in two frames", false, func(s *script) {
			b := s.fields(":status", "200")
			_ = s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: b[:1]})
			_ = s.framer.WriteContinuation(1, true, b[1:])
			s.data(1, true, framed(0, 1))
		}, 1, ""},
		{"cut off", false, func(s *script) { s.ok(); s.data(1, false, framed(0, 1)) }, 1, "ended before its stream"},
		{"inside a message", false, func(s *script) { s.ok(); s.data(1, true, framed(0, 2)[:70]) }, 1, "inside"},
		{"a reset", false, func(s *script) { s.ok(); _ = s.framer.WriteRSTStream(1, http2.ErrCodeCancel) }, 0, "reset stream 1"},
		{"gone away", false, func(s *script) { s.ok(); _ = s.framer.WriteGoAway(1, http2.ErrCodeEnhanceYourCalm, nil) }, 0, "went away"},
		{"data before the head", false, func(s *script) { s.data(1, false, framed(0, 1)) }, 0, "not open"},
		{"data on a stream that was never promised", true, func(s *script) { s.ok(); s.data(2, false, framed(0, 1)) }, 0, "not open"},
		{"two heads", false, func(s *script) { s.ok(); s.ok() }, 0, "further head"},
		{"something inside a head", false, func(s *script) {
			_ = s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: s.fields(":status", "200")})
			_ = s.framer.WritePing(false, [8]byte{})
		}, 0, "out of order"},
		{"a head without end", false, func(s *script) {
			_ = s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: s.fields(":status", "200")})
			for range h2Fragments {
				_ = s.framer.WriteContinuation(1, false, nil)
			}
		}, 0, "more than"},
		{"pushed to a client that takes none", false, func(s *script) { s.ok(); s.promise(2, "/message/0") }, 0, "must not be"},
		{"a promise of something else", true, func(s *script) { s.ok(); s.promise(2, "/favicon.ico") }, 0, "promises"},
		{"pushed streams that go backwards", true, func(s *script) { s.ok(); s.promise(4, "/message/0"); s.promise(2, "/message/1") }, 0, "is pushed after"},
		{"more pushes than are taken", true, func(s *script) {
			s.ok()
			for i := range uint32(h2Pushes + 1) {
				s.promise(2+2*i, "/message/0")
			}
		}, 0, "at once"},
		{"a message without an end", true, func(s *script) {
			s.ok()
			s.promise(2, "/message/0")
			s.head(2, false, ":status", "200", "content-length", "99999999999")
		}, 0, "at most"},
		{"a message longer than it says", true, func(s *script) {
			s.ok()
			s.promise(2, "/message/0")
			s.head(2, false, ":status", "200", "content-length", "64")
			s.data(2, false, framed(0, 2)[wire.PrefixSize:])
		}, 0, "longer than its content-length"},
		{"a message that is missing", true, func(s *script) {
			s.ok()
			s.promise(2, "/message/0")
			s.head(2, true, ":status", "404")
		}, 0, "status"},
	} {
		s := newScript()
		c.write(s)
		got, err := readAll(s.Bytes(), c.push)
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		case got.counts().Messages != c.count:
			t.Errorf("%s: %d messages, want %d", c.name, got.counts().Messages, c.count)
		}
	}
}

// More than the window that was offered is refused, whatever the frames' sizes.
func TestH2FlowControl(t *testing.T) {
	s := newScript()
	s.ok()
	s.data(1, false, make([]byte, 1000))
	c := newH2Client(bytes.NewReader(s.Bytes()), io.Discard, 999, false)
	if _, err := c.read(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.read(); err == nil || !strings.Contains(err.Error(), "flow control") {
		t.Errorf("%v", err)
	}
}

// Whatever a server sends, reading it ends, in an error if it is no stream, and
// no more streams are open than were allowed.
func FuzzH2Client(f *testing.F) {
	for _, push := range []bool{false, true} {
		s := newScript()
		s.ok()
		s.push(2, 0, "/message/0")
		s.data(1, true, wire.PadsFor(64).Append(nil, 0, 1))
		f.Add(s.Bytes(), push)
	}
	f.Fuzz(func(t *testing.T, b []byte, push bool) {
		c, _ := readAll(b, push)
		if c.promises.n > h2Pushes || len(c.promises.byID) != c.promises.n {
			t.Errorf("%d pushed streams are open, %d known", c.promises.n, len(c.promises.byID))
		}
	})
}
