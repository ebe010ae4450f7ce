package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/pushbench/pushbench/internal/runner"
)

// progress shows what a run does now: one live line on a terminal, a plain line
// for each block elsewhere.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	width int // of the terminal; 0 if it is none
	block int
}

func newProgress(w io.Writer) *progress {
	if c, ok := w.(clean); ok {
		w = c.Writer // the live line needs a control sequence; what it shows is cleaned
	}
	p := &progress{w: w, block: -1}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.width = 80 // of a terminal that does not say
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			p.width = width
		}
	}
	return p
}

const clearLine = "\r\x1b[K"

func (p *progress) event(e runner.Event) {
	if e.Note != "" {
		p.note(e.Note)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	left := e.Left.Round(time.Second)
	if p.width > 0 {
		line := fmt.Sprintf("block %d of at most %d, cell %d of %d, at most %v left: %s", e.Block+1, e.Blocks, e.Done+1, e.Cells, left, e.Cell)
		fmt.Fprint(p.w, clearLine+clip(printable(line), p.width-1))
		return
	}
	if e.Block != p.block {
		p.block = e.Block
		fmt.Fprintf(p.w, "block %d of at most %d, %d cells, at most %v left\n", e.Block+1, e.Blocks, e.Cells, left)
	}
}

// note prints a line of its own.
func (p *progress) note(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width > 0 {
		fmt.Fprint(p.w, clearLine)
	}
	fmt.Fprintln(p.w, printable(strings.TrimRight(s, "\n")))
}

// clear removes the live line.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width > 0 {
		fmt.Fprint(p.w, clearLine)
	}
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:max(0, n-1)]) + "…"
}
