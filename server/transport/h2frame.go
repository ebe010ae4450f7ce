package transport

import "encoding/binary"

// Parts of HTTP/2 that an observer of its frames must know (RFC 9113).
const (
	h2Preface    = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	h2FrameHead  = 9
	h2FirstSpace = 65535 // of every window until a peer says otherwise

	h2Data         = 0x0
	h2Headers      = 0x1
	h2Reset        = 0x3
	h2Settings     = 0x4
	h2Ping         = 0x6
	h2GoAway       = 0x7
	h2WindowUpdate = 0x8

	h2Ack       = 0x1 // a flag of SETTINGS and PING
	h2EndStream = 0x1 // a flag of DATA and HEADERS

	h2EnablePush    = 0x2 // a setting
	h2MaxStreams    = 0x3
	h2InitialWindow = 0x4
)

// An h2Frame is the head of a frame.
type h2Frame struct {
	kind, flags byte
	stream      uint32
	size        int // of the payload
}

// ends tells whether the frame is its stream's last.
func (f h2Frame) ends() bool {
	return f.kind == h2Reset || (f.kind == h2Data || f.kind == h2Headers) && f.flags&h2EndStream != 0
}

// An h2Visitor is told what passes.
type h2Visitor interface {
	head(f h2Frame)           // the head of a frame
	unit(f h2Frame, u []byte) // one setting, or the increment of a WINDOW_UPDATE
	passed(f h2Frame)         // the last byte of a frame
}

// An h2Scanner finds the frames in one direction of a connection, however its
// bytes are cut. It checks nothing: what is malformed is net/http's to refuse.
type h2Scanner struct {
	skip  int // bytes to come before the first frame
	buf   [h2FrameHead]byte
	have  int // of buf: a head, or a unit of the payload
	frame h2Frame
	left  int // of the payload
}

// unitSize is how many bytes of a payload belong together; 0 where none matter.
func unitSize(kind byte) int {
	switch kind {
	case h2Settings:
		return 6
	case h2WindowUpdate:
		return 4
	}
	return 0
}

// pass looks at the next bytes and returns how many of them were payload of DATA
// frames.
func (s *h2Scanner) pass(p []byte, v h2Visitor) (data int) {
	n := min(s.skip, len(p))
	s.skip -= n
	p = p[n:]
	for len(p) > 0 {
		if s.left == 0 {
			p = s.begin(p, v)
			continue
		}
		n := min(s.left, len(p))
		s.payload(p[:n], v)
		p = p[n:]
		s.left -= n
		if s.frame.kind == h2Data {
			data += n
		}
		if s.left == 0 {
			s.have = 0
			v.passed(s.frame)
		}
	}
	return data
}

// begin takes a part of a head, and returns what follows it.
func (s *h2Scanner) begin(p []byte, v h2Visitor) []byte {
	n := copy(s.buf[s.have:], p)
	if s.have += n; s.have < h2FrameHead {
		return nil
	}
	s.have = 0
	s.left = int(binary.BigEndian.Uint32(s.buf[:]) >> 8)
	s.frame = h2Frame{kind: s.buf[3], flags: s.buf[4], stream: binary.BigEndian.Uint32(s.buf[5:]) &^ (1 << 31), size: s.left}
	v.head(s.frame)
	if s.left == 0 {
		v.passed(s.frame)
	}
	return p[n:]
}

func (s *h2Scanner) payload(p []byte, v h2Visitor) {
	size := unitSize(s.frame.kind)
	if size == 0 {
		return
	}
	for len(p) > 0 {
		n := copy(s.buf[s.have:size], p)
		p = p[n:]
		if s.have += n; s.have == size {
			s.have = 0
			v.unit(s.frame, s.buf[:size])
		}
	}
}
