package strategy_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/pushbench/pushbench/server/strategy"
	"pgregory.net/rapid"
)

// Whatever the batches and wherever the flushes, the reader gets the bytes in
// order, and after a flush has them all without another write.
func TestRandomBatches(t *testing.T) {
	each(t, func(t *testing.T, spec strategy.Spec) {
		rapid.Check(t, func(r *rapid.T) {
			p := newPair(t)
			defer p.writer.Close()
			defer p.reader.Close()
			hurry(t, p)
			d := drive(t, spec, p.writer, rapid.IntRange(16, 5000).Draw(r, "buffer"))
			var sent, read []byte
			for range rapid.IntRange(1, 8).Draw(r, "flushes") {
				for range rapid.IntRange(0, 4).Draw(r, "batches") {
					msgs := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, 300), 0, 6).Draw(r, "batch")
					if err := d.write(msgs...); err != nil {
						r.Fatal(err)
					}
					for _, m := range msgs {
						sent = append(sent, m...)
					}
				}
				if err := d.flush(); err != nil {
					r.Fatal(err)
				}
				rest := make([]byte, len(sent)-len(read))
				if _, err := io.ReadFull(p.reader, rest); err != nil {
					r.Fatalf("not everything came after a flush: %v", err)
				}
				read = append(read, rest...)
			}
			if err := errors.Join(d.finish(), p.writer.CloseWrite()); err != nil {
				r.Fatal(err)
			}
			extra, err := io.ReadAll(p.reader)
			if err != nil || len(extra) > 0 || !bytes.Equal(read, sent) {
				r.Fatalf("got %d bytes and %d more, sent %d: %v", len(read), len(extra), len(sent), err)
			}
		})
	})
}
