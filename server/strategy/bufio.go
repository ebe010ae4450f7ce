package strategy

import "bufio"

type buffered struct{ *bufio.Writer }

func newBufio(s *Sink, o Options) (Strategy, error) {
	return buffered{bufio.NewWriterSize(s, o.buffer())}, nil
}

func (b buffered) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		if _, err := b.Write(m); err != nil {
			return err
		}
	}
	return nil
}
