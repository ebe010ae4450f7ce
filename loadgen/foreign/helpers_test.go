package foreign

import (
	"bytes"
	"compress/flate"
	"crypto/sha1" //nolint:gosec // RFC 6455 asks for it
	"encoding/base64"
	"io"
	"log"
)

var quiet = log.New(io.Discard, "", 0)

// acceptKey answers the key of a handshake (RFC 6455, 4.2.2).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // see above
	return base64.StdEncoding.EncodeToString(sum[:])
}

// bomb is 32 MiB of zeros as a message of permessage-deflate, below 64 KiB.
func bomb() []byte {
	var b bytes.Buffer
	z, _ := flate.NewWriter(&b, flate.BestCompression)
	_, _ = z.Write(make([]byte, 32<<20))
	_ = z.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff"))
}
