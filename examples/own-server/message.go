package main

import (
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/wire"
)

// message is one message with its number and the time it was due.
func message(seq uint64, due time.Time) []byte {
	if *form == "lines" {
		return fmt.Appendf(nil, "{\"seq\":%d,\"ts\":%d}\n", seq, due.UnixMilli())
	}
	shared := clock.Now() - int64(time.Since(due)) // the clock that readers have too
	return wire.PadsFor(*size).Append(nil, seq, shared)
}
