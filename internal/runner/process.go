package runner

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/affinity"
	"github.com/pushbench/pushbench/internal/plan"
)

// A Command makes the child for a role, "serve" or "load", in a trial of the cell.
type Command func(role string, c plan.Cell) *exec.Cmd

// process is a child that speaks the protocol of internal/child.
type process struct {
	role  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan []byte // of standard output; closed at its end
	tail  *tail       // of standard error
	// program tells that it is what is measured, or stands for it: its failures are
	// no matter of the machine.
	program bool
}

// A programError is a failure of the program under test.
type programError struct{ error }

func (e programError) Unwrap() error { return e.error }

func isProgram(err error) bool { return errors.As(err, new(programError)) }

// failed says why the child failed.
func (p *process) failed(format string, args ...any) error {
	err := fmt.Errorf("%s: %w", p.role, fmt.Errorf(format, args...))
	if p.program {
		return programError{err}
	}
	return err
}

// goneTime is within how long the end of a dying child is seen.
const goneTime = 200 * time.Millisecond

// leaveTime is what a child has to leave after its standard input has ended.
const leaveTime = 5 * time.Second

// start runs the child in a place, on the given core (any if negative).
func start(cmd *exec.Cmd, role string, place placer, core int) (*process, error) {
	p := &process{role: role, cmd: cmd, lines: make(chan []byte, 4), tail: &tail{}}
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = p.tail
	isolate(cmd)
	if err := place(func() error { return affinity.On(core, cmd.Start) }); err != nil {
		return nil, fmt.Errorf("%s: cannot start: %w", role, err)
	}
	go p.scan(out)
	return p, nil
}

func (p *process) scan(out io.Reader) {
	s := bufio.NewScanner(out)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		p.lines <- bytes.Clone(s.Bytes())
	}
	close(p.lines)
}

func (p *process) send(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := p.stdin.Write(append(b, '\n')); err != nil {
		return p.fault(err)
	}
	return nil
}

// receive waits for the child's next value.
func (p *process) receive(v any, within time.Duration) error {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case line, ok := <-p.lines:
		if !ok {
			return p.fault(io.ErrUnexpectedEOF)
		}
		if err := json.Unmarshal(line, v); err != nil {
			return p.failed("said %q: %w", line, err)
		}
		return nil
	case <-timer.C:
		p.kill()
		return p.failed("no answer within %v; it was ended", within)
	}
}

// gone explains why the child has left, if it has or is about to: its sockets
// close before the parent learns of its end.
func (p *process) gone() error {
	select {
	case _, ok := <-p.lines:
		if !ok {
			return p.fault(io.ErrUnexpectedEOF)
		}
	case <-time.After(goneTime):
	}
	return nil
}

// fault explains why the child no longer answers.
func (p *process) fault(err error) error {
	if exit := p.wait(); exit != nil {
		err = exit
	}
	if said := p.tail.String(); said != "" {
		return p.failed("ended early: %w: %s", err, said)
	}
	return p.failed("ended early: %w", err)
}

// end closes the child's standard input, at which it leaves by itself.
func (p *process) end() {
	_ = p.wait() // its status says only that its input ended
}

// wait lets the child leave, and ends it if it does not.
func (p *process) wait() error {
	p.stdin.Close()
	timer := time.AfterFunc(leaveTime, p.kill)
	defer timer.Stop()
	for range p.lines {
		continue // what it says now comes too late
	}
	return p.cmd.Wait()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // an error says that it is gone already
}

// tail keeps the last lines of standard error.
type tail struct{ buf bytes.Buffer }

const tailBytes = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.buf.Write(p)
	if extra := t.buf.Len() - tailBytes; extra > 0 {
		t.buf.Next(extra)
	}
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(t.buf.String()) }
