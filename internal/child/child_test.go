package child

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBothWays(t *testing.T) {
	var out bytes.Buffer
	gone := make(chan struct{})
	p := Attach(strings.NewReader(`{"start":1,"begin":2,"end":3,"stop":4}`+"\n"), &out, func() { close(gone) })
	var times Go
	if err := p.Receive(&times); err != nil || !reflect.DeepEqual(times, Go{Start: 1, Begin: 2, End: 3, Stop: 4}) {
		t.Errorf("got %+v, %v", times, err)
	}
	if err := p.Send(Ready{Addr: "127.0.0.1:1"}); err != nil || out.String() != `{"addr":"127.0.0.1:1"}`+"\n" {
		t.Errorf("sent %q, %v", out.String(), err)
	}
	<-gone
	if err := p.Receive(&times); !errors.Is(err, ErrParentGone) {
		t.Errorf("after the end: %v", err)
	}
}

func TestReceiveNoJSON(t *testing.T) {
	for _, line := range []string{"{", "[]", "hello"} {
		p := Attach(strings.NewReader(line+"\n"), io.Discard, func() {})
		if err := p.Receive(&Go{}); err == nil || !strings.Contains(err.Error(), "configuration on standard input") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// The end of standard input is noticed while the child is busy elsewhere.
func TestGoneWhileBusy(t *testing.T) {
	in, parent := io.Pipe()
	gone := make(chan struct{})
	Attach(in, io.Discard, func() { close(gone) })
	parent.Close()
	<-gone
}

func TestLineTooLong(t *testing.T) {
	in, parent := io.Pipe()
	gone := make(chan struct{})
	p := Attach(in, io.Discard, func() { in.Close(); close(gone) })
	chunk := bytes.Repeat([]byte("x"), 1<<20)
	var err error
	for sent := 0; sent <= 2*maxLine && err == nil; sent += len(chunk) {
		_, err = parent.Write(chunk)
	}
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Fatalf("a line beyond %d bytes was read on: %v", maxLine, err)
	}
	<-gone
	if err := p.Receive(&Go{}); !errors.Is(err, ErrParentGone) {
		t.Errorf("got %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestSendFails(t *testing.T) {
	p := Attach(strings.NewReader(""), full{}, func() {})
	if err := p.Send(Ready{}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v", err)
	}
	if err := p.Send(func() {}); err == nil {
		t.Error("sent what is no JSON")
	}
}
