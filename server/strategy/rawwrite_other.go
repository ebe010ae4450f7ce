//go:build !unix

package strategy

func newRawWrite(*Sink, Options) (Strategy, error) { return nil, ErrNotSupported }
