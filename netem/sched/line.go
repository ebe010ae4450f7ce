package sched

import "time"

// A Line holds packets until they are due, the earliest first and equal ones in
// the order they came. The zero Line is empty.
type Line[P any] struct {
	heap []item[P]
	seq  uint64
}

type item[P any] struct {
	at     time.Duration
	seq    uint64
	packet P
}

func (a *item[P]) before(b *item[P]) bool {
	return a.at < b.at || a.at == b.at && a.seq < b.seq
}

// Len is how many packets it holds.
func (l *Line[P]) Len() int { return len(l.heap) }

// Next is when the first packet is due; ok is false on an empty Line.
func (l *Line[P]) Next() (at time.Duration, ok bool) {
	if len(l.heap) == 0 {
		return 0, false
	}
	return l.heap[0].at, true
}

// Push adds a packet due at at.
func (l *Line[P]) Push(at time.Duration, packet P) {
	l.heap = append(l.heap, item[P]{at, l.seq, packet})
	l.seq++
	for i := len(l.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !l.heap[i].before(&l.heap[parent]) {
			break
		}
		l.heap[i], l.heap[parent] = l.heap[parent], l.heap[i]
		i = parent
	}
}

// Pop removes the first packet of a Line that is not empty.
func (l *Line[P]) Pop() P {
	top := l.heap[0].packet
	end := len(l.heap) - 1
	l.heap[0] = l.heap[end]
	l.heap[end] = item[P]{}
	l.heap = l.heap[:end]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < end; child++ {
			if l.heap[child].before(&l.heap[least]) {
				least = child
			}
		}
		if least == i {
			return top
		}
		l.heap[i], l.heap[least] = l.heap[least], l.heap[i]
		i = least
	}
}
