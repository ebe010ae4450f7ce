package results

import (
	"errors"

	"github.com/pushbench/pushbench/internal/plan"
)

// FailingFile stands for a disk that is full after Room more bytes.
type FailingFile struct {
	Room         int
	Data         []byte
	FailSync     bool
	FailTruncate bool
}

var errFull = errors.New("no space left on device")

func (f *FailingFile) Write(b []byte) (int, error) {
	n := min(len(b), f.Room)
	f.Data = append(f.Data, b[:n]...)
	f.Room -= n
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}

func (f *FailingFile) Sync() error {
	if f.FailSync {
		return errFull
	}
	return nil
}

func (f *FailingFile) Truncate(size int64) error {
	if f.FailTruncate {
		return errors.New("read-only file system")
	}
	f.Room += len(f.Data) - int(size)
	f.Data = f.Data[:size]
	return nil
}

func (f *FailingFile) Close() error { return nil }

// Replace makes r write to f, which holds nothing yet.
func (r *Run) Replace(f *FailingFile) {
	r.file.Close()
	r.file, r.size = f, 0
}

// BenchUnit is the unit of a metric in bench.txt.
func BenchUnit(d plan.Metric) string {
	unit, _ := benchUnit(d)
	return unit
}
