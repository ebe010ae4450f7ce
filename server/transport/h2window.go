package transport

// windows are what the client lets the server send: on stream 1, and on the
// connection as a whole. Windows of pushed streams are not followed.
type windows struct {
	stream, conn int64
	first        int64 // of a stream
	offered      int64 // of the connection, when the first DATA frame was written
	updates      uint64
	begun        bool
	streamUsed   bool  // messages go on stream 1
	since        int64 // when a window became empty, in ns of clock.Now; 0 while none is
	empty        int64 // ns in which one was
}

func (w *windows) init() { w.stream, w.conn, w.first = h2FirstSpace, h2FirstSpace, h2FirstSpace }

// take accounts for a DATA frame at now.
func (w *windows) take(f h2Frame, now int64) {
	if !w.begun {
		w.begun, w.offered = true, w.conn
	}
	w.conn -= int64(f.size)
	if f.stream == 1 {
		w.streamUsed = w.streamUsed || f.size > 0
		w.stream -= int64(f.size)
	}
	w.look(now)
}

// give accounts for a WINDOW_UPDATE.
func (w *windows) give(stream uint32, n, now int64) {
	if w.begun {
		w.updates++
	}
	switch stream {
	case 0:
		w.conn += n
	case 1:
		w.stream += n
	}
	w.look(now)
}

// initial accounts for a SETTINGS_INITIAL_WINDOW_SIZE, which changes the windows
// of open streams, too.
func (w *windows) initial(n, now int64) {
	w.stream += n - w.first
	w.first = n
	w.look(now)
}

// look keeps the time in which nothing may be sent.
func (w *windows) look(now int64) {
	blocked := w.conn <= 0 || w.streamUsed && w.stream <= 0
	switch {
	case blocked && w.since == 0:
		w.since = now
	case !blocked && w.since != 0:
		w.empty += now - w.since
		w.since = 0
	}
}

// emptyAt is the time until now in which a window was empty.
func (w *windows) emptyAt(now int64) int64 {
	if w.since != 0 {
		return w.empty + now - w.since
	}
	return w.empty
}
