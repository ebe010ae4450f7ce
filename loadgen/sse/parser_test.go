package sse_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/loadgen/sse"
)

// An event is a copy of one that may be kept.
type event struct{ Type, Data, ID string }

// parse feeds the pieces and returns what was dispatched.
func parse(p *sse.Parser, pieces ...[]byte) (got []event, err error) {
	for _, b := range pieces {
		own := append([]byte(nil), b...)
		err = p.Feed(own, func(e sse.Event) error {
			got = append(got, event{string(e.Type), string(e.Data), string(e.ID)})
			return nil
		})
		if err != nil {
			return got, err
		}
		for i := range own {
			own[i] = '!' // what the parser kept of the piece must be a copy
		}
	}
	return got, nil
}

func msg(data string) event { return event{"message", data, ""} }

// standard are the cases of the HTML standard's text and its examples.
var standard = []struct {
	name, stream string
	want         []event
}{
	{"nothing", "", nil},
	{"one", "data: a\n\n", []event{msg("a")}},
	{"no space", "data:a\n\n", []event{msg("a")}},
	{"one space goes", "data:  a\n\n", []event{msg(" a")}},
	{"a tab stays", "data:\ta\n\n", []event{msg("\ta")}},
	{"no colon", "data\n\n", []event{msg("")}},
	{"two without colon", "data\ndata\n\n", []event{msg("\n")}},
	{"the standard's fourth example", "data\n\ndata\ndata\n\ndata:", []event{msg(""), msg("\n")}},
	{"several lines", "data: YHOO\ndata: +2\ndata: 10\n\n", []event{msg("YHOO\n+2\n10")}},
	{"carriage returns", "data: a\rdata: b\r\rdata: c\r\r", []event{msg("a\nb"), msg("c")}},
	{"both", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", []event{msg("a\nb"), msg("c")}},
	{"mixed ends", "data: a\r\n\ndata: b\n\rdata: c\r\r\n", []event{msg("a"), msg("b"), msg("c")}},
	{"byte order mark", "\ufeffdata: a\n\n", []event{msg("a")}},
	{"a second mark is text", "\ufeff\ufeffdata: a\n\n", nil},
	{"half a mark is text", "\xef\xbbdata: a\n\n", nil},
	{"mark inside", "data: \ufeffa\n\n", []event{msg("\ufeffa")}},
	{"comment", ": hello\n\n:\ndata: a\n: in between\n\n", []event{msg("a")}},
	{"type", "event: add\ndata: 1\n\ndata: 2\n\n", []event{{"add", "1", ""}, msg("2")}},
	{"the last type counts", "event: a\nevent: b\ndata\n\n", []event{{"b", "", ""}}},
	{"an empty type is message", "event: a\nevent\ndata\n\n", []event{msg("")}},
	{"type without data is forgotten", "event: add\n\ndata: a\n\n", []event{msg("a")}},
	{"id stays", "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", []event{{"message", "a", "1"}, {"message", "b", "1"}, msg("c")}},
	{"id without data stays too", "id: 1\n\ndata: a\n\n", []event{{"message", "a", "1"}}},
	{"id with NUL is ignored", "id: 1\ndata: a\n\nid: 2\x003\ndata: b\n\n", []event{{"message", "a", "1"}, {"message", "b", "1"}}},
	{"other fields are ignored", "Data: x\nfoo: y\ndatax: z\n data: q\ndata: a\n\n", []event{msg("a")}},
	{"colons in the value", "data: a:b: c\n\n", []event{msg("a:b: c")}},
	{"no end, no event", "data: a\n\ndata: b\n", []event{msg("a")}},
	{"not even a line", "data: a\n\ndata: b", []event{msg("a")}},
	{"NUL in data", "data: a\x00b\n\n", []event{msg("a\x00b")}},
	{"bytes that are not UTF-8", "data: \xff\xfe\n\n", []event{msg("\xff\xfe")}},
}

func TestStandard(t *testing.T) {
	for _, c := range standard {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(&sse.Parser{}, []byte(c.stream))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			var single [][]byte
			for i := range len(c.stream) {
				single = append(single, []byte(c.stream[i:i+1]))
			}
			if got, err = parse(&sse.Parser{}, single...); err != nil || !cmp.Equal(c.want, got) {
				t.Errorf("byte by byte: %v %q", err, got)
			}
		})
	}
}

func TestLastEventID(t *testing.T) {
	for _, c := range []struct{ stream, want string }{
		{"", ""},
		{"id: 7\n", ""}, // not before the event ends
		{"id: 7\n\n", "7"},
		{"id: 7\ndata: a\n\nid: 8\ndata: b\n", "7"},
		{"id: 7\n\nid\n\n", ""},
	} {
		var p sse.Parser
		if _, err := parse(&p, []byte(c.stream)); err != nil || string(p.LastEventID()) != c.want {
			t.Errorf("%q: %q %v, want %q", c.stream, p.LastEventID(), err, c.want)
		}
	}
}

func TestRetry(t *testing.T) {
	for _, c := range []struct {
		value string
		want  time.Duration
	}{
		{"0", 0},
		{"10", 10 * time.Millisecond},
		{"0010", 10 * time.Millisecond},
		{"+10", 0},
		{"-10", 0},
		{"1.5", 0},
		{" 10", 0},
		{"10 ", 0},
		{"", 0},
		{"1e3", 0},
		{"٣", 0},
		{strings.Repeat("9", 400), 24 * time.Hour},
	} {
		var p sse.Parser
		if _, err := parse(&p, []byte("retry: "+c.value+"\n")); err != nil || p.Retry() != c.want {
			t.Errorf("%q: %v %v, want %v", c.value, p.Retry(), err, c.want)
		}
	}
	var p sse.Parser
	if _, err := parse(&p, []byte("retry: 5\nretry: x\n")); err != nil || p.Retry() != 5*time.Millisecond {
		t.Errorf("nonsense replaced it: %v %v", p.Retry(), err)
	}
}

// A new connection forgets what was unfinished, and keeps what is the source's.
func TestReset(t *testing.T) {
	var p sse.Parser
	if _, err := parse(&p, []byte("retry: 5\nid: 1\ndata: a\n\nevent: x\nid: 2\ndata: lost\ndata: half")); err != nil {
		t.Fatal(err)
	}
	p.Reset()
	got, err := parse(&p, []byte("\ufeffdata: b\n\n"))
	if d := cmp.Diff([]event{{"message", "b", "1"}}, got); err != nil || d != "" {
		t.Error(err, d)
	}
	if p.Retry() != 5*time.Millisecond {
		t.Errorf("retry %v", p.Retry())
	}
}

func TestTooLong(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		events       int
		fails        bool
	}{
		{"line as long as allowed", "data: " + strings.Repeat("a", 58) + "\n\n", 1, false},
		{"line", "data: x\n\ndata: " + strings.Repeat("a", 59) + "\n\n", 1, true},
		{"line without end", "data: x\n\n" + strings.Repeat("a", 65), 1, true},
		{"comment", ":" + strings.Repeat("a", 65) + "\n", 0, true},
		{"data of many lines", strings.Repeat("data: abcdefg\n", 9) + "\n", 0, true},
		{"many comments are no event", strings.Repeat(": ping\n", 100), 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := sse.Parser{MaxEvent: 64}
			got, err := parse(&p, []byte(c.stream))
			if errors.Is(err, sse.ErrTooLong) != c.fails || len(got) != c.events {
				t.Fatalf("%d events, %v", len(got), err)
			}
			if !c.fails {
				return
			}
			if _, again := parse(&p, []byte("\n\ndata: b\n\n")); again == nil {
				t.Error("it went on after a final error")
			}
			p.Reset()
			if got, err := parse(&p, []byte("data: b\n\n")); err != nil || len(got) != 1 {
				t.Errorf("after Reset: %q %v", got, err)
			}
		})
	}
}

func TestEmitEnds(t *testing.T) {
	stop := errors.New("stop")
	var p sse.Parser
	n := 0
	err := p.Feed([]byte("data: a\n\ndata: b\n\n"), func(sse.Event) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("%v after %d events", err, n)
	}
}

// Any cut of any stream gives the same events.
func TestAnySplit(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"data", "data:", "data: x", "event: e", "id: 1", "id", "id: a\x00", "retry: 9", ":", ": c", "\ufeff", "\xef", "\xbb",
		"\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", " ", "y", strings.Repeat("long ", 20),
	})
	rapid.Check(t, func(t *rapid.T) {
		stream := []byte(strings.Join(rapid.SliceOf(piece).Draw(t, "stream"), ""))
		whole, split := sse.Parser{MaxEvent: 150}, sse.Parser{MaxEvent: 150}
		want, wantErr := parse(&whole, stream)
		var pieces [][]byte
		for rest := stream; len(rest) > 0; {
			n := rapid.IntRange(0, min(len(rest), 40)).Draw(t, "piece")
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		got, err := parse(&split, pieces...)
		if d := cmp.Diff(want, got); d != "" || (wantErr == nil) != (err == nil) {
			t.Fatalf("%q in %q: %v, %v\n%s", stream, pieces, wantErr, err, d)
		}
		if string(whole.LastEventID()) != string(split.LastEventID()) || whole.Retry() != split.Retry() {
			t.Fatalf("%q: id %q %q, retry %v %v", stream, whole.LastEventID(), split.LastEventID(), whole.Retry(), split.Retry())
		}
	})
}
