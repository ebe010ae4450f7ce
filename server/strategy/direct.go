package strategy

type direct struct{ sink *Sink }

func newDirect(s *Sink, _ Options) (Strategy, error) { return direct{s}, nil }

func (d direct) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		if _, err := d.sink.Write(m); err != nil {
			return err
		}
	}
	return nil
}
