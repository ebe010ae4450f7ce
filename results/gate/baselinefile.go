package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/pushbench/pushbench/results"
)

// maxBaseline is the largest file read, in bytes.
const maxBaseline = 8 << 20

// BaselineFile is where a directory keeps the baseline of a scenario.
func BaselineFile(dir, scenario string) string { return filepath.Join(dir, scenario+".json") }

// ReadBaseline reads the baseline of a scenario from a directory of baselines.
// A file that is cut short, of a later version or unsound is an error.
func ReadBaseline(dir, scenario string) (Baseline, error) {
	name := BaselineFile(dir, scenario)
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Baseline{}, fmt.Errorf("%s: there is no baseline of scenario %s: make one by `pushbench compare RUN --save-baseline %s`", name, scenario, dir)
	}
	if err != nil {
		return Baseline{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBaseline+1))
	if err != nil {
		return Baseline{}, err
	}
	b, err := ParseBaseline(text)
	if err != nil {
		return Baseline{}, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// ParseBaseline reads the text of a baseline file.
func ParseBaseline(text []byte) (b Baseline, err error) {
	if len(text) > maxBaseline {
		return b, fmt.Errorf("more than %d MiB: no baseline is so large", maxBaseline>>20)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&b); err != nil {
		return Baseline{}, fmt.Errorf("not a baseline, or cut short: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Baseline{}, errors.New("there is more after the baseline")
	}
	return b, b.Check()
}

// Write replaces the baseline of its scenario in a directory, which is made where
// there is none, and returns the file's name.
func (b Baseline) Write(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	name := BaselineFile(dir, b.Scenario)
	text, err := b.text()
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return name, results.WriteFileAtomic(name, text)
}

// text writes one fact a line, sorted, so that a change shows as such in a diff.
func (b Baseline) text() ([]byte, error) {
	var out bytes.Buffer
	var failed error
	line := func(indent, name string, v any, end string) {
		key, err1 := json.Marshal(name)
		value, err2 := json.Marshal(v)
		failed = errors.Join(failed, err1, err2)
		fmt.Fprintf(&out, "%s%s: %s%s\n", indent, key, value, end)
	}
	out.WriteString("{\n")
	line("  ", "schema", b.Schema, ",")
	line("  ", "scenario", b.Scenario, ",")
	line("  ", "hash", b.Hash, ",")
	line("  ", "made", b.Made, ",")
	line("  ", "version", b.Version, ",")
	line("  ", "machine", b.Machine, ",")
	out.WriteString("  \"cells\": {\n")
	cells := slices.Sorted(maps.Keys(b.Cells))
	for i, cell := range cells {
		key, err := json.Marshal(cell)
		failed = errors.Join(failed, err)
		fmt.Fprintf(&out, "    %s: {\n", key)
		metrics := slices.Sorted(maps.Keys(b.Cells[cell]))
		for j, metric := range metrics {
			line("      ", metric, b.Cells[cell][metric], comma(j, len(metrics)))
		}
		fmt.Fprintf(&out, "    }%s\n", comma(i, len(cells)))
	}
	out.WriteString("  }\n}\n")
	return out.Bytes(), failed
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}
