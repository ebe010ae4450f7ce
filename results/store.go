package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The files of a run directory.
const (
	ManifestFile = "run.json"
	TrialsFile   = "trials.jsonl"
	DamagedFile  = "trials.jsonl.damaged" // lines set aside by Open
	SummaryFile  = "summary.json"
	LatencyFile  = "latency.hlog"
	BenchFile    = "bench.txt"
	// ServerLogFile holds what the user's servers said, trial by trial.
	ServerLogFile = "server.log"
)

// ErrLocked is returned while another process works in the run directory.
var ErrLocked = errors.New("another pushbench process is working in it")

// A Run is a run directory: what was asked and every trial recorded so far.
type Run struct {
	Dir      string
	Manifest Manifest
	Trials   []Trial // in the order recorded
	// Warnings say what reading had to leave out.
	Warnings []string

	lock   io.Closer
	file   trialFile
	size   int64 // of the trials file, up to its last whole line
	broken error // why no trial can be appended any more
}

// trialFile is the part of os.File that Append needs.
type trialFile interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// Create makes dir the home of a new run and writes its manifest. It refuses a
// directory that already holds a run. The run stays locked until Close.
func Create(dir string, m Manifest) (*Run, error) {
	m.Schema = Schema
	if err := m.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("%s: cannot make the run directory: %w; name another with -o", dir, err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	r := &Run{Dir: dir, Manifest: m, lock: lock}
	if err := r.create(); err != nil {
		lock.Close()
		return nil, err
	}
	return r, nil
}

func (r *Run) create() error {
	for _, name := range []string{ManifestFile, TrialsFile} {
		if _, err := os.Lstat(r.path(name)); err == nil {
			return fmt.Errorf("%s already holds a run (%s): go on with it by `pushbench run --resume %s`, or name another directory with -o", r.Dir, name, r.Dir)
		}
	}
	if err := writeJSON(r.path(ManifestFile), r.Manifest); err != nil {
		return err
	}
	return r.openTrials(os.O_CREATE)
}

func (r *Run) openTrials(flag int) error {
	f, err := os.OpenFile(r.path(TrialsFile), os.O_WRONLY|os.O_APPEND|flag, 0o644)
	if err != nil {
		return fmt.Errorf("cannot record trials: %w", err)
	}
	if err := syncDir(r.Dir); err != nil {
		f.Close()
		return fmt.Errorf("%s: cannot record trials: %w", r.Dir, err)
	}
	r.file = f
	return nil
}

// Append records a trial: when it returns nil the line is on the disk. After an
// error the file is as it was before.
func (r *Run) Append(t Trial) error {
	if r.broken != nil {
		return r.broken
	}
	if r.file == nil {
		return fmt.Errorf("%s: open for reading only", r.path(TrialsFile))
	}
	t.Schema = Schema
	line, err := r.encode(&t)
	if err != nil {
		return fmt.Errorf("trial not recorded: %w", err)
	}
	if _, err = r.file.Write(line); err == nil {
		err = r.file.Sync()
	}
	if err != nil {
		if cut := r.file.Truncate(r.size); cut != nil {
			r.broken = fmt.Errorf("%s: a part of a line is left after a failed write (%w): `pushbench run --resume %s` removes it", r.path(TrialsFile), cut, r.Dir)
		}
		return fmt.Errorf("%s: trial not recorded: %w; the %d recorded before are safe: make room and go on by `pushbench run --resume %s`", r.path(TrialsFile), err, len(r.Trials), r.Dir)
	}
	r.size += int64(len(line))
	r.Trials = append(r.Trials, t)
	return nil
}

// encode checks the trial, brings its histograms into the stored form and
// returns its line.
func (r *Run) encode(t *Trial) (line []byte, err error) {
	if t.Histograms, err = rawHistograms(t.Histograms); err != nil {
		return nil, err
	}
	if err = t.Check(r.Manifest.Plan); err != nil {
		return nil, err
	}
	if err = t.checkNames(); err != nil {
		return nil, err
	}
	line, err = json.Marshal(t)
	return append(line, '\n'), err
}

// WriteSummary replaces summary.json.
func (r *Run) WriteSummary(s Summary) error { return writeJSON(r.path(SummaryFile), s) }

// NoteServers adds to the manifest what the user's programs are.
func (r *Run) NoteServers(hashes map[string]string) error {
	if r.file == nil {
		return fmt.Errorf("%s: open for reading only", r.path(ManifestFile))
	}
	r.Manifest.Servers = hashes
	return writeJSON(r.path(ManifestFile), r.Manifest)
}

// Close lets other processes work in the directory.
func (r *Run) Close() error {
	var errs []error
	if r.file != nil {
		errs = append(errs, r.file.Close())
	}
	if r.lock != nil {
		errs = append(errs, r.lock.Close())
	}
	r.file, r.lock = nil, nil
	return errors.Join(errs...)
}

func (r *Run) path(name string) string { return filepath.Join(r.Dir, name) }
