//go:build !linux

package strategy

import "fmt"

func newCork(*Sink, Options) (Strategy, error) { return nil, needsLinux("TCP_CORK") }

func newMore(*Sink, Options) (Strategy, error) { return nil, needsLinux("MSG_MORE") }

func newZerocopy(*Sink, Options) (Strategy, error) { return nil, needsLinux("MSG_ZEROCOPY") }

func needsLinux(what string) error {
	return fmt.Errorf("%w: %s needs Linux", ErrNotSupported, what)
}
