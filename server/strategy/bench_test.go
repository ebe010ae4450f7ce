package strategy_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pushbench/pushbench/server/strategy"
)

// BenchmarkStrategy writes 64-byte and 4 KiB messages over loopback, flushed
// when the buffer is full: one op is one message.
func BenchmarkStrategy(b *testing.B) {
	for _, size := range []int{64, 4096} {
		for _, spec := range strategy.Table {
			b.Run(fmt.Sprintf("strategy=%s/message=%d", spec.Name, size), func(b *testing.B) {
				const buffer = 16 << 10
				p := newPair(b)
				done := drain(p.reader)
				d := drive(b, spec, p.writer, buffer)
				batch := make([][]byte, buffer/size)
				for i := range batch {
					batch[i] = make([]byte, size)
				}
				b.SetBytes(int64(size))
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					if n++; n == len(batch) {
						d.must(batch...)
						n = 0
					}
				}
				d.must(batch[:n]...)
				b.ReportMetric(float64(d.sink.Calls())/float64(b.N), "calls/op")
				if err := errors.Join(d.finish(), p.writer.Close()); err != nil {
					b.Fatal(err)
				}
				<-done
			})
		}
	}
}
