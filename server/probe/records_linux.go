//go:build amd64 || arm64 || riscv64 || ppc64le || loong64

package probe

import (
	"errors"
	"fmt"
	"iter"

	"github.com/cilium/ebpf"

	"github.com/pushbench/pushbench/server/probe/bpf"
)

// batch is how many records one system call reads.
const batch = 256

// all goes over the records of a map. failed is why it could not reach the end.
func (c *counting) all(m *ebpf.Map, failed *error) iter.Seq2[uint64, *bpf.SendConn] {
	return func(yield func(uint64, *bpf.SendConn) bool) {
		var cursor ebpf.MapBatchCursor
		for {
			n, err := m.BatchLookup(&cursor, c.keys, c.values, nil)
			for i := range n {
				if !yield(c.keys[i], &c.values[i]) {
					return
				}
			}
			if errors.Is(err, ebpf.ErrKeyNotExist) {
				return
			}
			if err != nil {
				*failed = fmt.Errorf("records of connections: %w", err)
				return
			}
		}
	}
}
