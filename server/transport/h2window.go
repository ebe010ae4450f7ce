package transport

// windows are what the client lets the server send: on each stream that is open,
// and on the connection as a whole.
type windows struct {
	first   int64 // of a stream
	streams map[uint32]int64
	conn    int64
	stuck   int // streams whose window is empty

	offered int64 // of the connection, when the first DATA frame was written
	updates uint64
	begun   bool
	since   int64 // when a window became empty, in ns of clock.Now; 0 while none is
	empty   int64 // ns in which one was
}

func newWindows() windows {
	return windows{first: h2FirstSpace, conn: h2FirstSpace, streams: map[uint32]int64{}}
}

// blocked tells whether a window is empty.
func (w *windows) blocked() bool { return w.conn <= 0 || w.stuck > 0 }

// open begins a stream.
func (w *windows) open(stream uint32) {
	if _, ok := w.streams[stream]; !ok {
		w.streams[stream] = w.first
	}
}

// close forgets a stream that has ended.
func (w *windows) close(stream uint32, now int64) {
	w.move(stream, 1<<40, now) // so that it is not stuck
	delete(w.streams, stream)
}

// move changes the window of a stream.
func (w *windows) move(stream uint32, by, now int64) {
	before, ok := w.streams[stream]
	if !ok {
		return
	}
	after := before + by
	w.streams[stream] = after
	if before <= 0 {
		w.stuck--
	}
	if after <= 0 {
		w.stuck++
	}
	w.look(now)
}

// take accounts for a DATA frame at now.
func (w *windows) take(f h2Frame, now int64) {
	if !w.begun {
		w.begun, w.offered = true, w.conn
	}
	w.conn -= int64(f.size)
	w.move(f.stream, -int64(f.size), now)
}

// give accounts for a WINDOW_UPDATE.
func (w *windows) give(stream uint32, n, now int64) {
	if w.begun {
		w.updates++
	}
	if stream != 0 {
		w.move(stream, n, now)
		return
	}
	w.conn += n
	w.look(now)
}

// initial accounts for a SETTINGS_INITIAL_WINDOW_SIZE, which changes the windows
// of open streams, too.
func (w *windows) initial(n, now int64) {
	for stream := range w.streams {
		w.move(stream, n-w.first, now)
	}
	w.first = n
}

// look keeps the time in which a window is empty.
func (w *windows) look(now int64) {
	switch {
	case w.blocked() && w.since == 0:
		w.since = now
	case !w.blocked() && w.since != 0:
		w.empty += now - w.since
		w.since = 0
	}
}

// emptyUntil is the time until now in which a window was empty.
func (w *windows) emptyUntil(now int64) int64 {
	if w.since != 0 {
		return w.empty + now - w.since
	}
	return w.empty
}
