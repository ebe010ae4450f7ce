package strategy

import "sync"

// ring is bufio with a ring in place of the buffer, and the ring's memory from a
// [sync.Pool].
//
// A bufio.Writer that is full waits until the socket has taken all of it; a ring
// that is full waits until there is room again, and keeps the rest. Memory is
// taken from the pool with the first byte held and given back with the last:
// connections that hold nothing have none.
//
// A buffer before the ring, to merge small writes, would copy each byte twice: the
// ring merges by itself.
type ring struct {
	sink *Sink
	some func([]byte) (int, error) // writes what the socket takes at once, at least a byte
	pool *sync.Pool
	mem  *[]byte // nil while nothing is held
	size int
	from int // place of the first byte held
	held int
	err  error
}

// ringPools has the memory of rings by size, for all connections of the process.
var ringPools sync.Map

func ringPool(size int) *sync.Pool {
	p, _ := ringPools.LoadOrStore(size, &sync.Pool{New: func() any { mem := make([]byte, size); return &mem }})
	return p.(*sync.Pool)
}

func newRing(s *Sink, o Options) (Strategy, error) {
	some, err := partly("ring", s)
	return &ring{sink: s, some: some, pool: ringPool(o.buffer()), size: o.buffer()}, err
}

func (r *ring) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		for len(m) > 0 && r.err == nil {
			if r.held == 0 && len(m) >= r.size { // to copy it would save no call
				_, r.err = r.sink.Write(m)
				break
			}
			if r.held == r.size {
				r.drain()
			}
			m = m[r.add(m):]
		}
	}
	return r.err
}

// add copies what has room in one piece, and returns how much that is.
func (r *ring) add(m []byte) (n int) {
	if r.mem == nil {
		r.mem = r.pool.Get().(*[]byte)
	}
	end := r.from + r.held
	if end < r.size {
		n = copy((*r.mem)[end:], m)
	} else {
		n = copy((*r.mem)[end-r.size:r.from], m)
	}
	r.held += n
	return n
}

// drain makes one call.
func (r *ring) drain() {
	var n int
	n, r.err = r.some((*r.mem)[r.from:min(r.from+r.held, r.size)])
	r.held -= n
	if r.from += n; r.from == r.size || r.held == 0 {
		r.from = 0
	}
	if r.held == 0 {
		r.pool.Put(r.mem)
		r.mem = nil
	}
}

// Flush writes what is held. After an error every later call returns it.
func (r *ring) Flush() error {
	for r.held > 0 && r.err == nil {
		r.drain()
	}
	return r.err
}

// Buffered is the number of bytes held.
func (r *ring) Buffered() int { return r.held }
