// Package child is how the parent talks with the server and the generator it
// starts: one JSON value a line, downwards on standard input, upwards on
// standard output.
//
// Down: a configuration, then Go. Up: Ready, then a record. The end of standard
// input tells the child that its parent is gone; it leaves at once.
package child

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Ready tells the parent that the child can begin.
type Ready struct {
	Addr        string `json:"addr,omitempty"`        // where a server listens
	Certificate string `json:"certificate,omitempty"` // of a server with TLS, in PEM
	Turns       bool   `json:"turns,omitempty"`       // it knows Go.Turns, and injections
	// Pipes are paths where the streams are read that do not come on the
	// connections, one for each.
	Pipes []string `json:"pipes,omitempty"`
	Error string   `json:"error,omitempty"`
}

// Go gives the times of a trial, in nanoseconds of clock.Now.
type Go struct {
	Start int64 `json:"start"` // of the load
	Begin int64 `json:"begin"` // of the measured window
	End   int64 `json:"end"`   // of the window
	Stop  int64 `json:"stop"`  // of the load: after the window, so that neither side sees an idle end
	// Turns, if there are any, are when the load runs; beyond them it pauses. The
	// first is a warm-up before Begin, the others lie within the window.
	Turns []Turn `json:"turns,omitempty"`
}

// A Turn is a time in which the load of a trial runs; its slice is measured.
type Turn struct {
	Start int64 `json:"start"` // of the load
	Begin int64 `json:"begin"` // of the slice
	End   int64 `json:"end"`   // of both
}

// Warm returns the turns that warm up, and those within the window.
func (g Go) Warm() (warm, turns []Turn) {
	n := min(1, len(g.Turns))
	return g.Turns[:n], g.Turns[n:]
}

// ErrParentGone reports the end of standard input.
var ErrParentGone = errors.New("the parent process is gone")

// Status is the exit status of a child whose parent is gone.
const Status = 4

// A Parent is the child's view of the process that started it.
type Parent struct {
	lines chan []byte
	out   io.Writer
}

// maxLine bounds one message; a record with its histograms is far below it.
const maxLine = 64 << 20

// Attach begins to read from the parent. When the parent is gone it calls gone
// from another goroutine; os.Exit is what a process passes.
func Attach(in io.Reader, out io.Writer, gone func()) *Parent {
	p := &Parent{lines: make(chan []byte, 4), out: out}
	go func() {
		s := bufio.NewScanner(in)
		s.Buffer(nil, maxLine)
		for s.Scan() {
			p.lines <- append([]byte(nil), s.Bytes()...)
		}
		close(p.lines)
		gone()
	}()
	return p
}

// Exit leaves the process because its parent is gone.
func Exit() { os.Exit(Status) }

// Receive waits for the next value from the parent.
func (p *Parent) Receive(v any) error {
	line, ok := <-p.lines
	if !ok {
		return ErrParentGone
	}
	if err := json.Unmarshal(line, v); err != nil {
		return fmt.Errorf("configuration on standard input: %w", err)
	}
	return nil
}

// Send gives the parent one value.
func (p *Parent) Send(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = p.out.Write(append(b, '\n'))
	return err
}
