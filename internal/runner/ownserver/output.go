package ownserver

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// Of a command's output a trial keeps the beginning and the end, each at most
// so long: a server that prints without end fills neither memory nor disk.
const (
	keptBytes  = 64 << 10
	lineBytes  = 16 << 10 // of a line that is looked at
	toldLines  = 10       // in an error
	toldBytes  = 2 << 10
	settleTime = 200 * time.Millisecond
)

// Said stands in an error between what happened and what the command said last.
const Said = "; its last lines:\n"

// output takes what a command writes to standard output and standard error.
type output struct {
	mu      sync.Mutex
	head    []byte
	tail    []byte // of at most 2 keptBytes
	left    int64  // bytes of neither
	line    []byte // the last one, as far as it has come; nil when none is looked for
	pattern *regexp.Regexp
	said    chan struct{} // closed when a line has matched

	read   *os.File // nil before the start
	closed chan struct{}
}

func newOutput(s plan.Server) (*output, error) {
	o := &output{said: make(chan struct{}), closed: make(chan struct{})}
	if s.Ready != "line" {
		return o, nil
	}
	var err error
	o.line = []byte{}
	o.pattern, err = regexp.Compile(s.ReadyLine)
	return o, err
}

// pipe returns the end that the command writes to; the caller closes it when
// the command has started.
func (o *output) pipe() (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	o.read = r
	go func() {
		defer close(o.closed)
		b := make([]byte, 32<<10)
		for {
			n, err := r.Read(b)
			o.take(b[:n])
			if err != nil {
				return
			}
		}
	}()
	return w, nil
}

func (o *output) take(p []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.look(p)
	n := min(len(p), keptBytes-len(o.head))
	o.head = append(o.head, p[:n]...)
	o.tail = append(o.tail, p[n:]...)
	if extra := len(o.tail) - keptBytes; extra > keptBytes {
		o.left += int64(extra)
		o.tail = append(o.tail[:0], o.tail[extra:]...)
	}
}

// look searches for the line that says the server is ready.
func (o *output) look(p []byte) {
	for o.line != nil && len(p) > 0 {
		part, rest, ended := bytes.Cut(p, []byte("\n"))
		o.line = append(o.line, part[:min(len(part), lineBytes-len(o.line))]...)
		if ended && o.pattern.Match(bytes.TrimSuffix(o.line, []byte("\r"))) {
			close(o.said)
			o.line = nil
			return
		}
		if ended {
			o.line = o.line[:0]
		}
		p = rest
	}
}

// settle waits, for a while, for what an ended command has written.
func (o *output) settle() {
	select {
	case <-o.closed:
	case <-time.After(settleTime): // children of it hold the pipe
	}
}

// text is what was kept.
func (o *output) text() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	head, tail, left := o.head, o.tail, o.left
	if extra := len(tail) - keptBytes; extra > 0 {
		tail, left = tail[extra:], left+int64(extra)
	}
	if left > 0 {
		head = fmt.Appendf(bytes.Clone(head), "\n[%d bytes are left out]\n", left)
	}
	return append(bytes.Clone(head), tail...)
}

// lastLines is what an error tells of the output.
func (o *output) lastLines() string { return LastLines(o.text()) }

// LastLines is the end of an output, for an error: few lines, and valid text.
// Whoever shows it to a terminal escapes what steers it.
func LastLines(out []byte) string {
	text := strings.TrimSpace(strings.ToValidUTF8(string(out[max(0, len(out)-toldBytes):]), "\ufffd"))
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-toldLines):], "\n")
}

// store appends what was kept to the log, if there is any.
func (o *output) store(file, title string) error {
	text := o.text()
	if file == "" || len(text) == 0 {
		return nil
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	text = append([]byte("== "+title+"\n"), text...)
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, '\n')
	}
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
