// Package hist makes the HdrHistograms of time spans that the server and the
// generator record: nanoseconds, three significant digits, up to ten minutes.
package hist

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Max is the longest span recorded; longer ones count as this long.
const Max = 10 * time.Minute

// New returns an empty histogram.
func New() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, int64(Max), 3)
}

// Record adds one span. A negative one, which only a clock fault can give, is
// recorded as 0, and one beyond Max as Max: nothing is left out.
func Record(h *hdrhistogram.Histogram, ns int64) {
	_ = h.RecordValue(min(max(ns, 0), int64(Max)))
}

// Encode returns the V2 compressed encoding (base64), or nil for no values.
func Encode(h *hdrhistogram.Histogram) ([]byte, error) {
	if h.TotalCount() == 0 {
		return nil, nil
	}
	return h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
}
