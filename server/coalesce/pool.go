package coalesce

import "sync"

// pools holds a *sync.Pool of *[]byte for each capacity in use: one per
// distinct Config.Bytes of the program, so a handful.
var pools sync.Map

func poolOf(size int) *sync.Pool {
	if p, ok := pools.Load(size); ok {
		return p.(*sync.Pool)
	}
	p, _ := pools.LoadOrStore(size, &sync.Pool{New: func() any {
		b := make([]byte, 0, size)
		return &b
	}})
	return p.(*sync.Pool)
}
