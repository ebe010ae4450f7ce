package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/affinity"
)

// answerTime bounds whatever a child is waited for.
const answerTime = 40 * time.Second

// A process is a child on one core. It is ended, by its process ID, with end.
type process struct {
	name  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan []byte // of standard output; closed at its end
	said  tail        // of standard error
	over  error       // its exit, once lines is closed
}

func start(name string, core int, cmd *exec.Cmd) (*process, error) {
	p := &process{name: name, cmd: cmd, lines: make(chan []byte, 16)}
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = &p.said
	if err := affinity.On(core, cmd.Start); err != nil {
		return nil, fmt.Errorf("%s: cannot start: %w", name, err)
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
	p.over = p.cmd.Wait()
	close(p.lines)
}

func (p *process) pid() int { return p.cmd.Process.Pid }

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

var errLate = fmt.Errorf("no answer within %v; it was ended", answerTime)

// fault ends the child and tells what it said about why.
func (p *process) fault(err error) error {
	p.end()
	return fmt.Errorf("%s: %w: %s", p.name, err, &p.said)
}

// ask sends a value and receives the answer.
func (p *process) ask(v, answer any) error {
	if err := p.send(v); err != nil {
		return err
	}
	return p.receive(answer)
}

// receive waits for the next line and reads it as JSON.
func (p *process) receive(v any) error {
	select {
	case line, ok := <-p.lines:
		if !ok {
			return p.fault(fmt.Errorf("it ended early: %v", p.over))
		}
		if err := json.Unmarshal(line, v); err != nil {
			return fmt.Errorf("%s: said %q: %w", p.name, line, err)
		}
		return nil
	case <-time.After(answerTime):
		return p.fault(errLate)
	}
}

// rest waits for the end of a child and returns what it still said.
func (p *process) rest() ([]byte, error) {
	var all []byte
	late := time.After(answerTime)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok && p.over != nil {
				return nil, p.fault(p.over)
			}
			if !ok {
				return all, nil
			}
			all = append(append(all, line...), '\n')
		case <-late:
			return nil, p.fault(errLate)
		}
	}
}

// end ends the child, if it is still there.
func (p *process) end() {
	p.stdin.Close()
	_ = p.cmd.Process.Kill() // an error says that it is gone already
	for range p.lines {
		continue
	}
}

// A tail keeps the last bytes of what a child says on standard error, which is
// shown quoted. It is read when the child is over, or has failed to be.
type tail struct{ buf bytes.Buffer }

const tailBytes = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.buf.Write(p)
	if extra := t.buf.Len() - tailBytes; extra > 0 {
		t.buf.Next(extra)
	}
	return len(p), nil
}

func (t *tail) String() string { return fmt.Sprintf("%q", strings.TrimSpace(t.buf.String())) }
