package loadgen

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
)

// deflateTail is what a sender leaves out behind each message, and an empty last
// block that lets the reader see an end (RFC 7692, section 7.2.2).
var deflateTail = []byte{0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff}

// An inflater decompresses messages that were each deflated by themselves.
type inflater struct {
	reader io.ReadCloser // a flate.Resetter, made when first needed
	body   bytes.Reader
	tail   bytes.Reader
	out    []byte
}

// message returns what was deflated to m, valid until the next call.
func (d *inflater) message(m []byte) ([]byte, error) {
	d.body.Reset(m)
	d.tail.Reset(deflateTail)
	from := io.MultiReader(&d.body, &d.tail)
	if d.reader == nil {
		d.reader = flate.NewReader(from)
		d.out = make([]byte, 4<<10)
	} else if err := d.reader.(flate.Resetter).Reset(from, nil); err != nil {
		return nil, err
	}
	n := 0
	for {
		k, err := d.reader.Read(d.out[n:])
		n += k
		switch {
		case err == io.EOF:
			return d.out[:n], nil
		case err != nil:
			return nil, fmt.Errorf("deflate: %w", err)
		case n > maxFrame:
			return nil, fmt.Errorf("deflate: it inflates to more than %d bytes", maxFrame)
		case n == len(d.out):
			d.out = append(d.out, make([]byte, len(d.out))...)
		}
	}
}
