package command

import (
	"io"

	"github.com/pushbench/pushbench/netem"
)

// Open carries the forward's connections until it is closed. The relay dials from
// the network of this process.
func (f Forward) Open(link *netem.Link) (io.Closer, error) {
	r, err := newRelay(link, f)
	if err != nil {
		return nil, err
	}
	return r.listener, nil
}
