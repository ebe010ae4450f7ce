package wire

import "strconv"

// AppendJSON appends message seq as a JSON object, for clients that know nothing of
// pushbench: the stream's name, its number in it, the time it was due in
// nanoseconds since 1970 and a padding that fills it up to the size of the
// messages. Where the other fields take more than that, the padding is empty. The
// name must need no quoting.
func (p TextPads) AppendJSON(dst []byte, stream string, seq uint64, unixns int64) []byte {
	start := len(dst)
	dst = append(append(dst, `{"stream":"`...), stream...)
	dst = strconv.AppendUint(append(dst, `","seq":`...), seq, 10)
	dst = strconv.AppendInt(append(dst, `,"ts":`...), unixns, 10)
	dst = append(dst, `,"pad":"`...)
	const end = `"}`
	if room := p.size - (len(dst) - start) - len(end); room > 0 {
		dst = append(dst, p.Of(seq)[:room]...)
	}
	return append(dst, end...)
}
