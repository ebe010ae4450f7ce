package observe

const (
	// memory is how many numbers below the highest are remembered, to tell a late
	// message from a second copy.
	memory = 1024
	// jump is a gap beyond which a numbering has begun anew rather than lost so many.
	jump = 1 << 32
)

// Order tells what was wrong with the sequence numbers of streams.
type Order struct {
	Lost       int64 // numbers skipped and not seen later
	Duplicates int64
	Reordered  int64 // came after a higher number, for the first time
	Restarts   int64 // numberings that began anew
}

// A sequence follows the numbers of one stream over its connections. The first
// number seen is where it begins: what was sent before is not lost.
type sequence struct {
	begun       bool
	fresh       bool // nothing came yet on a connection made anew
	first, next uint64
	seen        [memory / 64]uint64
}

func (s *sequence) take(n uint64, o *Order) {
	fresh := s.fresh
	s.fresh = false
	switch {
	case !s.begun:
		s.begin(n)
	case n >= s.next && n-s.next < jump:
		o.Lost += int64(n - s.next)
		for at := max(s.next, n-min(n, memory)); at < n; at++ {
			s.mark(at, false)
		}
		s.mark(n, true)
		s.next = n + 1
	case n >= s.next, fresh && (n <= s.first || s.next-n > memory):
		o.Restarts++ // a server may number each connection by itself
		s.begin(n)
	case s.next-n > memory || n < s.first:
		o.Reordered++ // too old to tell whether it is the first copy
	case s.marked(n):
		o.Duplicates++
	default:
		o.Reordered++
		o.Lost--
		s.mark(n, true)
	}
}

func (s *sequence) begin(n uint64) {
	*s = sequence{begun: true, first: n, next: n + 1}
	s.mark(n, true)
}

func (s *sequence) mark(n uint64, seen bool) {
	bit := uint64(1) << (n % 64)
	if word := &s.seen[n%memory/64]; seen {
		*word |= bit
	} else {
		*word &^= bit
	}
}

func (s *sequence) marked(n uint64) bool { return s.seen[n%memory/64]>>(n%64)&1 == 1 }
