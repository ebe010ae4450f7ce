package server

import "net"

// spare is how many connections there may be without a stream, beyond those with
// one.
const spare = 64

// enter lets a connection in, unless there are too many.
func (l *Live) enter(c *net.TCPConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	most := l.cfg.Streams
	if !l.carrier.Prefix() { // those without a stream ask for one, or for the page
		most += spare
	}
	if l.draining || len(l.conns) >= most {
		l.counts.Refused++
		c.Close()
		return false
	}
	l.conns[c] = struct{}{}
	return true
}

func (l *Live) exit(c *net.TCPConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// admit reserves a place for one stream.
func (l *Live) admit() (release func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.draining || l.streams >= l.cfg.Streams {
		l.counts.Refused++
		return nil, false
	}
	l.streams++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.streams--
	}, true
}
