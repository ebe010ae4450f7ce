package wire

import (
	"encoding/json"
	"testing"
)

func TestAppendJSON(t *testing.T) {
	const now = 1_790_000_000_123_456_789
	for _, size := range []int{TextHeaderSize, 64, 91, 92, 4096} {
		for _, seq := range []uint64{0, 7, 1<<64 - 1} {
			text := TextPadsFor(size).AppendJSON(nil, "5f3a9c21", seq, now)
			var got struct {
				Stream string
				Seq    uint64
				TS     int64
				Pad    string
			}
			if err := json.Unmarshal(text, &got); err != nil || got.Stream != "5f3a9c21" || got.Seq != seq || got.TS != now {
				t.Errorf("%s: %+v, %v", text, got, err)
			}
			if len(text) != size && (got.Pad != "" || len(text) < size) {
				t.Errorf("%d B for a message of %d B", len(text), size)
			}
		}
	}
	pads, buf := TextPadsFor(200), make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { buf = pads.AppendJSON(buf[:0], "5f3a9c21", 1<<40, now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
