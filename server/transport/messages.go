package transport

// messages is a stream as the writer loop sees it: a strategy.Strategy.
type messages struct {
	stream Stream
	edge   *edge
}

func (m *messages) WriteBatch(msgs [][]byte) error {
	for _, msg := range msgs {
		if err := m.stream.WriteMessage(msg); err != nil {
			return m.edge.cause(err)
		}
	}
	if m.edge.gathers {
		return m.edge.FlushNow()
	}
	return nil
}

// holding is a stream whose library or strategy holds bytes back: a
// strategy.Flusher.
type holding struct {
	messages
	held int
}

func (h *holding) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		h.held += len(m)
	}
	return h.messages.WriteBatch(msgs)
}

// Flush makes the library write, and then the strategy.
func (h *holding) Flush() error {
	h.held = 0
	if err := h.stream.Flush(); err != nil {
		return h.edge.cause(err)
	}
	return h.edge.FlushNow()
}

// Buffered is the number of payload bytes since the last flush: an upper bound,
// for of these the library and the strategy may have written some by themselves.
func (h *holding) Buffered() int { return h.held }
