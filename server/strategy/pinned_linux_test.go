package strategy

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// In whatever order the kernel lets go of sends, what it has not let go of stays
// as it was sent; and when it has let go of all, there is room again.
func TestPinnedKeepsWhatIsInFlight(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		type send struct {
			id   uint32
			at   []byte // as in the ring
			want byte
		}
		size := rapid.IntRange(1, 50).Draw(r, "buffer")
		p := pinned{mem: make([]byte, 4*size), first: rapid.Uint32().Draw(r, "first")}
		next := p.first
		var flying []send
		done := func(i int) {
			p.complete(flying[i].id, flying[i].id)
			flying = append(flying[:i:i], flying[i+1:]...)
		}
		for n := range rapid.IntRange(1, 60).Draw(r, "sends") {
			for !p.begin(size) {
				if len(flying) == 0 {
					r.Fatal("no room though nothing is in flight")
				}
				done(rapid.IntRange(0, len(flying)-1).Draw(r, "done"))
			}
			msg := make([]byte, rapid.IntRange(1, size).Draw(r, "length"))
			for i := range msg {
				msg[i] = byte(n)
			}
			p.add(msg)
			at := p.held()
			if rapid.IntRange(0, 4).Draw(r, "refused") == 0 {
				p.took(len(at), false)
			} else {
				p.took(len(at), true)
				flying = append(flying, send{next, at, byte(n)})
				next++
			}
			for _, f := range flying {
				for _, b := range f.at {
					if b != f.want {
						r.Fatalf("send %d was overwritten by send %d", f.want, n)
					}
				}
			}
		}
		if len(flying) > 0 {
			p.complete(flying[0].id, next-1)
		}
		if p.flying != 0 || !p.begin(len(p.mem)) {
			r.Fatalf("%d sends in flight after all were let go", p.flying)
		}
	})
}

func TestPinnedDoesNotCopyInPlace(t *testing.T) {
	p := pinned{mem: make([]byte, 64)}
	p.begin(16)
	m := append(p.piece(p.head, 16)[:0], "made in place"...)
	if n := testing.AllocsPerRun(1, func() { m = append(m[:0], "made in place"...) }); n != 0 || &m[0] != &p.mem[0] {
		t.Fatal("the message is not in the ring")
	}
	p.add(m)
	if got := string(p.held()); got != "made in place" {
		t.Errorf("held %q", got)
	}
}

// notification is a control message as the kernel writes it.
func notification(level, kind int32, origin, code byte, lo, hi uint32) []byte {
	data := make([]byte, unix.CmsgSpace(32)-unix.CmsgLen(0)) // sock_extended_err, then an address
	data[4], data[6] = origin, code
	binary.NativeEndian.PutUint32(data[8:], lo)
	binary.NativeEndian.PutUint32(data[12:], hi)
	hdr := make([]byte, unix.CmsgLen(0))
	if len(hdr) == 16 {
		binary.NativeEndian.PutUint64(hdr, uint64(len(hdr)+len(data)))
	} else {
		binary.NativeEndian.PutUint32(hdr, uint32(len(hdr)+len(data)))
	}
	binary.NativeEndian.PutUint32(hdr[len(hdr)-8:], uint32(level))
	binary.NativeEndian.PutUint32(hdr[len(hdr)-4:], uint32(kind))
	return append(hdr, data...)
}

func TestParseCompletion(t *testing.T) {
	const zero, copied = unix.SO_EE_ORIGIN_ZEROCOPY, unix.SO_EE_CODE_ZEROCOPY_COPIED
	v4 := notification(unix.SOL_IP, unix.IP_RECVERR, zero, 0, 3, 9)
	icmp := notification(unix.SOL_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, 0, 3, 9)
	tests := []struct {
		name string
		oob  []byte
		want completion
		ok   bool
	}{
		{"v4", v4, completion{3, 9, false}, true},
		{"v6", notification(unix.SOL_IPV6, unix.IPV6_RECVERR, zero, copied, 7, 7), completion{7, 7, true}, true},
		{"wrapped", notification(unix.SOL_IP, unix.IP_RECVERR, zero, 0, 1<<32-2, 1), completion{1<<32 - 2, 1, false}, true},
		{"another origin", icmp, completion{}, false},
		{"another message first", append(icmp[:len(icmp):len(icmp)], v4...), completion{3, 9, false}, true},
		{"another type", notification(unix.SOL_IP, unix.IP_TTL, zero, 0, 3, 9), completion{}, false},
		{"cut", v4[:20], completion{}, false},
		{"empty", nil, completion{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := parseCompletion(tt.oob); got != tt.want || ok != tt.ok {
				t.Errorf("got %v, %v; want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func FuzzParseCompletion(f *testing.F) {
	f.Add(notification(unix.SOL_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ZEROCOPY, 1, 0, 5))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, oob []byte) {
		if c, ok := parseCompletion(oob); !ok && c != (completion{}) {
			t.Errorf("%v of no completion", c)
		}
	})
}
