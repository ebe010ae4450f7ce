//go:build !linux

package strategy

import "fmt"

func newCork(*Sink, Options) (Strategy, error) { return nil, needsLinux("TCP_CORK") }

func newMore(*Sink, Options) (Strategy, error) { return nil, needsLinux("MSG_MORE") }

func newZerocopy(*Sink, Options) (Strategy, error) { return nil, needsLinux("MSG_ZEROCOPY") }

func newPipeline(*Sink, Options) (Strategy, error) {
	return nil, needsLinux("TCP_INFO with delivery rates")
}

func newSplice(*Sink, Options) (Strategy, error) { return nil, needsLinux("splice(2)") }

func newReadFrom(*Sink, Options) (Strategy, error) { return nil, needsLinux("a file in memory") }

func needsLinux(what string) error {
	return fmt.Errorf("%w: %s needs Linux", ErrNotSupported, what)
}
