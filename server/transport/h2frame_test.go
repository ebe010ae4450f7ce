package transport

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/http2"
)

// notes writes down what passes.
type notes struct{ strings.Builder }

func (n *notes) head(f h2Frame)           { fmt.Fprintf(n, "head %+v\n", f) }
func (n *notes) unit(f h2Frame, u []byte) { fmt.Fprintf(n, "unit %d %x\n", f.kind, u) }
func (n *notes) passed(f h2Frame)         { fmt.Fprintf(n, "passed %d ends %v\n", f.kind, f.ends()) }

// The frames of a connection are found however its bytes are cut.
func FuzzH2Scanner(f *testing.F) {
	var b strings.Builder
	b.WriteString(h2Preface)
	fr := http2.NewFramer(&b, nil)
	_ = fr.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20}, http2.Setting{ID: http2.SettingEnablePush, Val: 0})
	_ = fr.WriteWindowUpdate(0, 1<<20)
	_ = fr.WriteData(1, true, []byte("abc"))
	f.Add([]byte(b.String()), 30, 41)
	f.Fuzz(func(t *testing.T, b []byte, i, j int) {
		i = min(max(i, 0), len(b))
		j = min(max(j, i), len(b))
		var whole, parts notes
		a, c := h2Scanner{skip: len(h2Preface)}, h2Scanner{skip: len(h2Preface)}
		want := a.pass(b, &whole)
		got := c.pass(b[:i], &parts) + c.pass(b[i:j], &parts) + c.pass(b[j:], &parts)
		if got != want || whole.String() != parts.String() {
			t.Errorf("in one piece %d bytes of data:\n%s\nin three %d:\n%s", want, whole.String(), got, parts.String())
		}
	})
}

// The time in which a window is empty is that between taking its last byte and
// the update that follows.
func TestWindows(t *testing.T) {
	w := newWindows()
	w.initial(100, 0)
	w.give(0, 1000, 0)
	w.open(1)
	w.take(h2Frame{kind: h2Data, stream: 1, size: 60}, 10)
	if w.blocked() || w.offered != h2FirstSpace+1000 {
		t.Errorf("blocked %v, %d offered", w.blocked(), w.offered)
	}
	w.take(h2Frame{kind: h2Data, stream: 1, size: 40}, 20)
	if !w.blocked() || w.emptyUntil(25) != 5 {
		t.Errorf("blocked %v for %d", w.blocked(), w.emptyUntil(25))
	}
	w.give(0, 10, 30) // to the connection, which is not what is empty
	w.give(1, 10, 35)
	if w.blocked() || w.emptyUntil(100) != 15 || w.updates != 2 {
		t.Errorf("blocked %v for %d, %d updates", w.blocked(), w.emptyUntil(100), w.updates)
	}
	w.initial(80, 40) // a smaller window may make one that is open negative
	if !w.blocked() {
		t.Error("a window below 0 is not empty")
	}
	w.close(1, 50)
	if w.blocked() || w.emptyUntil(100) != 25 || len(w.streams) != 0 {
		t.Errorf("blocked %v for %d, %d streams", w.blocked(), w.emptyUntil(100), len(w.streams))
	}
	w.give(9, 5, 60) // a stream that is not known
	w.take(h2Frame{kind: h2Data, stream: 9, size: int(w.conn)}, 70)
	if !w.blocked() {
		t.Error("the connection's window is not empty")
	}
}
