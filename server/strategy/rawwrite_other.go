//go:build !unix

package strategy

func newRawWrite(*Sink, Options) (Strategy, error) { return nil, ErrNotSupported }

func partly(_ string, s *Sink) (func(p []byte) (int, error), error) { return s.Write, nil }
