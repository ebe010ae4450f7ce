package sse

import (
	"strconv"
	"sync"
)

// A History holds the latest events, for clients that come back and say by
// Last-Event-ID what they have seen. Ids must rise by one. Any goroutine may use
// it.
type History struct {
	mu     sync.RWMutex
	events [][]byte // found by id; the memory of each is kept and used again
	next   uint64   // id after the last one
	n      int
}

// NewHistory holds up to n events.
func NewHistory(n int) *History { return &History{events: make([][]byte, max(1, n))} }

// Add copies an event as it was written. An id that does not follow the last one
// begins the history anew.
func (h *History) Add(id uint64, event []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if id != h.next {
		h.n = 0
	}
	slot := &h.events[id%uint64(len(h.events))]
	*slot = append((*slot)[:0], event...)
	h.next = id + 1
	h.n = min(h.n+1, len(h.events))
}

// AppendAfter appends every event after id to dst. complete is false if some of
// them are no longer held; then those that are held are appended.
func (h *History) AppendAfter(dst []byte, id uint64) (out []byte, complete bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	first := h.next - uint64(h.n)
	from := id + 1
	complete = from >= first && from <= h.next
	if !complete {
		from = first
	}
	for i := from; i < h.next; i++ {
		dst = append(dst, h.events[i%uint64(len(h.events))]...)
	}
	return dst, complete
}

// ParseID reads a Last-Event-ID header; false if there is none that was ours.
func ParseID(header string) (id uint64, ok bool) {
	id, err := strconv.ParseUint(header, 10, 64)
	return id, err == nil && id != ^uint64(0)
}
