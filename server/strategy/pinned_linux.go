package strategy

// maxSpans is how many sends in flight a ring can tell apart. The kernel's own
// limit is of the same order (net.core.optmem_max).
const maxSpans = 256

// pinned is a ring of memory of which what was sent stays unchanged until the
// kernel has let go of it. Positions count bytes; modulo the length of mem they
// are places in it.
//
//	tail ≤ sent ≤ head ≤ tail+len(mem)
//	[tail, sent) is in flight, [sent, head) is held and lies in one piece
type pinned struct {
	mem              []byte
	tail, sent, head uint64
	spans            [maxSpans]span // by the kernel's number, modulo maxSpans
	first            uint32         // the kernel's number of the oldest send in flight
	flying           uint32         // sends in flight
}

// A span is one send in flight.
type span struct {
	end  uint64 // position after it
	done bool   // the kernel let go of it, but not yet of an earlier one
}

// begin makes room for size bytes in one piece. Nothing may be held. It is false
// while too much is in flight.
func (p *pinned) begin(size int) bool {
	if p.flying == 0 {
		p.tail, p.sent, p.head = 0, 0, 0 // memory used a moment ago is still in cache
		return true
	}
	start := p.head
	if rest := len(p.mem) - p.place(start); rest < size {
		start += uint64(rest)
	}
	if start+uint64(size) > p.tail+uint64(len(p.mem)) {
		return false
	}
	p.sent, p.head = start, start
	return true
}

func (p *pinned) place(position uint64) int { return int(position % uint64(len(p.mem))) }

// held is what was added and not yet sent.
func (p *pinned) held() []byte { return p.piece(p.sent, int(p.head-p.sent)) }

func (p *pinned) piece(position uint64, n int) []byte {
	at := p.place(position)
	return p.mem[at : at+n : at+n]
}

// add holds the n bytes at m, which begin made room for. A message already made
// in its place is not copied.
func (p *pinned) add(m []byte) {
	to := p.piece(p.head, len(m))
	if len(m) > 0 && &to[0] != &m[0] {
		copy(to, m)
	}
	p.head += uint64(len(m))
}

// took notes that a send took n of the held bytes; pins says whether the kernel
// will tell when it lets go of them.
func (p *pinned) took(n int, pins bool) {
	p.sent += uint64(n)
	if pins {
		p.spans[(p.first+p.flying)%maxSpans] = span{end: p.sent}
		p.flying++
	}
	p.release()
}

// complete notes that the kernel let go of the sends lo to hi, which wrap around.
// They need not come in order.
func (p *pinned) complete(lo, hi uint32) {
	for i := range p.flying {
		if id := p.first + i; id-lo <= hi-lo {
			p.spans[id%maxSpans].done = true
		}
	}
	p.release()
}

func (p *pinned) release() {
	for p.flying > 0 && p.spans[p.first%maxSpans].done {
		p.tail = p.spans[p.first%maxSpans].end
		p.first++
		p.flying--
	}
	if p.flying == 0 {
		p.tail = p.sent
	}
}
