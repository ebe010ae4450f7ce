package repotest

import (
	"fmt"
	"strings"
)

// A block is one fenced shell block of a document.
type block struct {
	line   int // of its first fence
	script string
	noRun  string // why it is not run; empty if it is
}

// shells are the names of shell blocks that readers of Markdown know. Only the
// first is used here, so that none escapes being run by its name.
var shells = []string{"sh", "bash", "shell", "console", "zsh"}

// blocks returns the shell blocks of a document: ```sh is run, and
// ```sh no-run: REASON is not.
func blocks(text string) (found []block, err error) {
	var (
		open    *block
		fence   string
		skipped bool // inside a block of another language
	)
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case fence != "" && trimmed == fence:
			if !skipped {
				found = append(found, *open)
			}
			fence = ""
		case fence != "":
			if !skipped {
				open.script += strings.TrimPrefix(line, "    ") + "\n"
			}
		case strings.HasPrefix(trimmed, "```"):
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
			open = &block{line: i + 1}
			if skipped, err = open.info(strings.TrimSpace(trimmed[len(fence):])); err != nil {
				return nil, err
			}
		}
	}
	if fence != "" {
		return nil, fmt.Errorf("line %d: a fence is not closed", open.line)
	}
	return found, nil
}

// info reads what stands behind a fence.
func (b *block) info(info string) (otherLanguage bool, err error) {
	language, rest, _ := strings.Cut(info, " ")
	for _, name := range shells[1:] {
		if language == name {
			return false, fmt.Errorf("line %d: write ```sh, not ```%s: only sh blocks are run", b.line, name)
		}
	}
	if language != shells[0] {
		return true, nil
	}
	switch reason, ok := strings.CutPrefix(rest, "no-run:"); {
	case rest == "":
	case ok && strings.TrimSpace(reason) != "":
		b.noRun = strings.TrimSpace(reason)
	default:
		return false, fmt.Errorf("line %d: %q is neither ```sh nor ```sh no-run: REASON", b.line, "```"+info)
	}
	return false, nil
}
