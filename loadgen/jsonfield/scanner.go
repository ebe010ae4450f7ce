package jsonfield

// A scanner walks over one document. What is not JSON sets bad, and everything
// after that means nothing.
type scanner struct {
	doc []byte
	pos int
	bad bool
}

// peek is the next byte, or 0 at the end: 0 begins nothing in JSON.
func (s *scanner) peek() byte {
	if s.pos < len(s.doc) {
		return s.doc[s.pos]
	}
	return 0
}

func (s *scanner) space() {
	for s.pos < len(s.doc) {
		switch s.doc[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) fail() { s.bad = true }

// value walks over a value and returns what path names within it: with an empty
// path the value itself, with a nil one nothing.
func (s *scanner) value(path Path, depth int) (found []byte) {
	if depth > MaxDepth {
		s.fail()
		return nil
	}
	start := s.pos
	var within []byte
	switch c := s.peek(); {
	case c == '{':
		within = s.object(path, depth)
	case c == '[':
		s.array(depth)
	case c == '"':
		s.text()
	case c == '-' || c >= '0' && c <= '9':
		s.number()
	case c == 't':
		s.word("true")
	case c == 'f':
		s.word("false")
	case c == 'n':
		s.word("null")
	default:
		s.fail()
	}
	if path != nil && len(path) == 0 {
		return s.doc[start:s.pos]
	}
	return within
}

func (s *scanner) object(path Path, depth int) (found []byte) {
	s.pos++ // {
	s.space()
	if s.peek() == '}' {
		s.pos++
		return nil
	}
	for !s.bad {
		key, escaped := s.text()
		s.space()
		if s.peek() != ':' {
			s.fail()
			return nil
		}
		s.pos++
		s.space()
		if !s.bad && len(path) > 0 && is(key, escaped, path[0]) {
			found = s.value(path[1:], depth+1)
		} else {
			s.value(nil, depth+1)
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
			s.space()
		case '}':
			s.pos++
			return found
		default:
			s.fail()
		}
	}
	return nil
}

func (s *scanner) array(depth int) {
	s.pos++ // [
	s.space()
	if s.peek() == ']' {
		s.pos++
		return
	}
	for !s.bad {
		s.value(nil, depth+1)
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
			s.space()
		case ']':
			s.pos++
			return
		default:
			s.fail()
		}
	}
}

// plain marks the bytes that stand for themselves in a string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 256; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// text walks over a string and returns what is between its quotes.
func (s *scanner) text() (inside []byte, escaped bool) {
	if s.peek() != '"' {
		s.fail()
		return nil, false
	}
	start := s.pos + 1
	pos := start
	for {
		for pos < len(s.doc) && plain[s.doc[pos]] {
			pos++
		}
		if pos >= len(s.doc) || s.doc[pos] < 0x20 {
			s.fail()
			return nil, false
		}
		if s.doc[pos] == '"' {
			s.pos = pos + 1
			return s.doc[start:pos], escaped
		}
		escaped = true
		n := escape(s.doc[pos:])
		if n == 0 {
			s.fail()
			return nil, false
		}
		pos += n
	}
}

// escape is the length of the escape that b begins with, or 0 for none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return 0
			}
		}
		return 6
	}
	return 0
}

func (s *scanner) number() {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else {
		s.digits()
	}
	if s.peek() == '.' {
		s.pos++
		s.digits()
	}
	if s.peek()|0x20 == 'e' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		s.digits()
	}
}

// digits walks over at least one.
func (s *scanner) digits() {
	start := s.pos
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.pos++
	}
	if s.pos == start {
		s.fail()
	}
}

func (s *scanner) word(w string) {
	if len(s.doc)-s.pos < len(w) || string(s.doc[s.pos:s.pos+len(w)]) != w {
		s.fail()
		return
	}
	s.pos += len(w)
}
