package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
)

// A DamagedError lists the lines of trials.jsonl that are not trial records.
type DamagedError struct {
	Dir   string
	Lines []DamagedLine
}

// A DamagedLine is one line that could not be read, and why. Lines count from 1.
type DamagedLine struct {
	Line   int
	Text   []byte
	Reason error
}

func (e *DamagedError) Error() string {
	var b strings.Builder
	for _, l := range e.Lines {
		fmt.Fprintf(&b, "%s:%d: %v\n", TrialsFile, l.Line, l.Reason)
	}
	fmt.Fprintf(&b, "`pushbench run --resume %s` keeps such lines in %s and measures their cells again; every other trial is intact", e.Dir, DamagedFile)
	return b.String()
}

// Read loads a run for looking at; it takes no lock and changes no file. With a
// DamagedError it returns the run as well, holding every trial that could be
// read, so that a caller may show the error and go on. A last line that a crash
// cut short is left out with a warning.
func Read(dir string) (*Run, error) {
	r := &Run{Dir: dir}
	log, err := r.load()
	if err != nil {
		return nil, err
	}
	if len(log.damaged) > 0 {
		return r, &DamagedError{Dir: dir, Lines: log.damaged}
	}
	return r, nil
}

// Open loads a run for going on with it, locked until Close. A last line that a
// crash cut short is cut off; damaged lines move to trials.jsonl.damaged.
// Either leaves a warning, and their trials count as not yet run.
func Open(dir string) (*Run, error) {
	lock, err := lockDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot open the run: %w", dir, err)
	}
	r := &Run{Dir: dir, lock: lock}
	if err := r.resume(); err != nil {
		lock.Close()
		return nil, err
	}
	return r, nil
}

func (r *Run) resume() error {
	log, err := r.load()
	if err != nil {
		return err
	}
	if len(log.damaged) > 0 {
		if err := r.setAside(log.damaged); err != nil {
			return err
		}
	}
	if log.rewrite {
		if err := WriteFileAtomic(r.path(TrialsFile), log.whole); err != nil {
			return err
		}
	}
	r.size = int64(len(log.whole))
	return r.openTrials(os.O_CREATE)
}

// setAside appends the damaged lines to their own file before trials.jsonl is
// rewritten without them.
func (r *Run) setAside(lines []DamagedLine) error {
	old, err := os.ReadFile(r.path(DamagedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, l := range lines {
		old = append(append(old, l.Text...), '\n')
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s:%d: %v: the line is now in %s and its cell will be measured again", TrialsFile, l.Line, l.Reason, DamagedFile))
	}
	return WriteFileAtomic(r.path(DamagedFile), old)
}

// load reads the manifest and the trials.
func (r *Run) load() (trialLog, error) {
	b, err := os.ReadFile(r.path(ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return trialLog{}, fmt.Errorf("%s holds no run: %s is missing", r.Dir, ManifestFile)
	}
	if err != nil {
		return trialLog{}, err
	}
	if err = json.Unmarshal(b, &r.Manifest); err == nil {
		err = r.Manifest.Check()
	}
	if err != nil {
		return trialLog{}, fmt.Errorf("%s: %w", r.path(ManifestFile), err)
	}
	b, err = os.ReadFile(r.path(TrialsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return trialLog{}, err
	}
	log, err := readTrials(b, r.Manifest.Plan)
	if err != nil {
		return trialLog{}, err
	}
	r.Trials = log.trials
	if log.torn != "" {
		r.Warnings = append(r.Warnings, log.torn)
	}
	return log, nil
}

// A trialLog is what a trials.jsonl holds.
type trialLog struct {
	trials  []Trial
	damaged []DamagedLine
	torn    string // warning about a last line that was cut short
	whole   []byte // the good lines, each with its line end
	rewrite bool   // whole differs from the file
}

// readTrials reads the lines of a trials.jsonl. Only a newer schema is an error:
// what a later version wrote is not damage.
func readTrials(b []byte, p plan.Plan) (trialLog, error) {
	var log trialLog
	for n, rest := 1, b; len(rest) > 0; n++ {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		rest = after
		var t Trial
		err := json.Unmarshal(line, &t)
		if err != nil {
			err = fmt.Errorf("not a trial record: %w", err)
		} else {
			err = t.Check(p)
		}
		switch {
		case errors.Is(err, ErrNewer):
			return trialLog{}, fmt.Errorf("%s:%d: %w", TrialsFile, n, err)
		case err == nil:
			log.trials = append(log.trials, t)
			log.whole = append(append(log.whole, line...), '\n')
			log.rewrite = log.rewrite || !ended
		case !ended:
			log.torn = fmt.Sprintf("%s:%d: the last line was cut short by a crash (%d bytes): that trial was not recorded", TrialsFile, n, len(line))
			log.rewrite = true
		default:
			log.damaged = append(log.damaged, DamagedLine{Line: n, Text: bytes.Clone(line), Reason: err})
			log.rewrite = true
		}
	}
	return log, nil
}
