package server

// An item is a message that is due.
type item struct {
	seq  uint64
	due  int64 // intended send time, clock.Now
	size int
}

// queue is a bounded FIFO of items that grows as it must.
type queue struct {
	items []item // a ring; its length is a power of two
	head  int
	n     int
	limit int
}

const firstQueue = 16

func newQueue(limit int) *queue { return &queue{limit: limit} }

func (q *queue) full() bool { return q.n >= q.limit }

func (q *queue) push(it item) {
	if q.n == len(q.items) {
		q.grow()
	}
	q.items[(q.head+q.n)&(len(q.items)-1)] = it
	q.n++
}

func (q *queue) grow() {
	bigger := make([]item, max(firstQueue, 2*len(q.items)))
	for i := range q.n {
		bigger[i] = q.items[(q.head+i)&(len(q.items)-1)]
	}
	q.items, q.head = bigger, 0
}

// pop moves up to n items to dst.
func (q *queue) pop(dst []item, n int) []item {
	for range min(n, q.n) {
		dst = append(dst, q.items[q.head])
		q.head = (q.head + 1) & (len(q.items) - 1)
		q.n--
	}
	return dst
}

// drop removes the oldest item.
func (q *queue) drop() {
	q.head = (q.head + 1) & (len(q.items) - 1)
	q.n--
}
