package results_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/google/go-cmp/cmp"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

func cell(strategy string, message float64) plan.Cell {
	v := plan.Values{"strategy": strategy, "message": message, "load": "saturate"}
	return plan.Cell{ID: v.ID(), Groups: []string{"main"}, Factors: v, Warmup: 0.1, Window: 0.5}
}

func manifest() results.Manifest {
	return results.Manifest{
		Created: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		Version: "v1", Scenario: "name: x\n",
		Plan: plan.Plan{
			Name: "reproduce-3.8x", Cells: []plan.Cell{cell("direct", 64), cell("bufio", 64)},
			Measure: plan.Measure{MinBlocks: 6, MaxBlocks: 20, Until: 0.05}, Seed: 1,
		},
		Host: results.Host{OS: "linux", Arch: "amd64", Kernel: "6.1", CPU: "A  Processor", Cores: 2},
	}
}

func trial(c plan.Cell, block int) results.Trial {
	return results.Trial{
		Schema: results.Schema, Cell: c.ID, Block: block, State: results.Valid,
		Started: time.Date(2026, 11, 23, 12, 0, block, 0, time.UTC),
		Metrics: map[string]float64{"goodput_bytes_per_second": 1e6 + float64(block), "messages_per_second": 1e5},
	}
}

func histogram(t *testing.T, values ...int64) *hdrhistogram.Histogram {
	t.Helper()
	h := hdrhistogram.New(1, 60e9, 3)
	for _, v := range values {
		if err := h.RecordValue(v); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func create(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "run")
	m := manifest()
	r, err := results.Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	for b := range n {
		if err := r.Append(trial(m.Plan.Cells[b%2], b/2)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRoundTrip(t *testing.T) {
	dir := create(t, 4)
	r, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := manifest()
	want.Schema = results.Schema
	if d := cmp.Diff(want, r.Manifest); d != "" {
		t.Error(d)
	}
	if len(r.Trials) != 4 || len(r.Warnings) != 0 {
		t.Fatalf("%d trials, warnings %q", len(r.Trials), r.Warnings)
	}
	if d := cmp.Diff(trial(want.Plan.Cells[1], 1), r.Trials[3]); d != "" {
		t.Error(d)
	}
	if err := r.Append(trial(want.Plan.Cells[0], 2)); err != nil {
		t.Fatal(err)
	}
	again, err := results.Read(dir)
	if err != nil || len(again.Trials) != 5 {
		t.Errorf("read %v, %v", again, err)
	}
	if err := again.Append(trial(want.Plan.Cells[0], 3)); err == nil {
		t.Error("a run open for reading took a trial")
	}
}

func TestHistogramsAreStoredOnce(t *testing.T) {
	dir := create(t, 0)
	r, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := histogram(t, 1000, 2000)
	text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := results.EncodeHistogram(h)
	if err != nil {
		t.Fatal(err)
	}
	for block, b := range [][]byte{text, raw} {
		tr := trial(r.Manifest.Plan.Cells[0], block)
		tr.Histograms = map[string][]byte{results.LatencyHistogram: b}
		if err := r.Append(tr); err != nil {
			t.Fatal(err)
		}
	}
	data, _ := os.ReadFile(filepath.Join(dir, results.TrialsFile))
	if n := strings.Count(string(data), `"latency":"HISTF`); n != 2 {
		t.Errorf("%d of 2 lines hold the text other tools read:\n%s", n, data)
	}
	got, err := results.MergeHistograms(r.Trials, results.LatencyHistogram)
	if err != nil || got.TotalCount() != 4 || got.Max() != 2000 {
		t.Errorf("merged %v, %v", got, err)
	}
}

func TestCreateRefuses(t *testing.T) {
	dir := create(t, 1)
	if _, err := results.Create(dir, manifest()); err == nil || !strings.Contains(err.Error(), "--resume "+dir) {
		t.Errorf("a directory that holds a run: %v", err)
	}
	twice := manifest()
	twice.Plan.Cells = append(twice.Plan.Cells, twice.Plan.Cells[0])
	if _, err := results.Create(t.TempDir(), twice); err == nil || !strings.Contains(err.Error(), "used twice") {
		t.Errorf("a cell twice: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := results.Create(filepath.Join(file, "run"), manifest()); err == nil || !strings.Contains(err.Error(), "-o") {
		t.Errorf("below a file: %v", err)
	}
}

func TestOneWriter(t *testing.T) {
	dir := create(t, 1)
	r, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := results.Open(dir); !errors.Is(err, results.ErrLocked) {
		t.Errorf("second Open: %v", err)
	}
	if _, err := results.Create(dir, manifest()); !errors.Is(err, results.ErrLocked) {
		t.Errorf("Create: %v", err)
	}
	if _, err := results.Read(dir); err != nil {
		t.Errorf("reading beside the writer: %v", err)
	}
	r.Close()
	r, err = results.Open(dir)
	if err != nil {
		t.Fatalf("after Close: %v", err)
	}
	r.Close()
}

func TestAppendRefuses(t *testing.T) {
	dir := create(t, 0)
	r, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for want, spoil := range map[string]func(*results.Trial){
		"not in the run's plan":        func(t *results.Trial) { t.Cell = "strategy=bufo" },
		"neither can be negative":      func(t *results.Trial) { t.Block = -1 },
		"is NaN":                       func(t *results.Trial) { t.Metrics["messages_per_second"] = math.NaN() },
		"is +Inf":                      func(t *results.Trial) { t.Metrics["messages_per_second"] = math.Inf(1) },
		"not in the metric dictionary": func(t *results.Trial) { t.Metrics["mesages"] = 1 },
		`state "ok"`:                   func(t *results.Trial) { t.State = "ok" },
		"not an HdrHistogram":          func(t *results.Trial) { t.Histograms = map[string][]byte{"latency": []byte("x")} },
	} {
		tr := trial(r.Manifest.Plan.Cells[0], 0)
		spoil(&tr)
		if err := r.Append(tr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if data, _ := os.ReadFile(filepath.Join(dir, results.TrialsFile)); len(data) > 0 || len(r.Trials) > 0 {
		t.Errorf("refused trials left %q", data)
	}
}

func TestFullDisk(t *testing.T) {
	r, err := results.Create(t.TempDir(), manifest())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	good := trial(r.Manifest.Plan.Cells[0], 0)
	line, _ := json.Marshal(good)
	disk := &results.FailingFile{Room: len(line) + 20}
	r.Replace(disk)
	if err := r.Append(good); err != nil {
		t.Fatal(err)
	}
	err = r.Append(good)
	if err == nil || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), "--resume") {
		t.Fatalf("got %v", err)
	}
	if string(disk.Data) != string(line)+"\n" || len(r.Trials) != 1 {
		t.Errorf("file holds %q", disk.Data)
	}
	disk.Room, disk.FailSync = 1000, true
	if err := r.Append(good); err == nil || len(r.Trials) != 1 {
		t.Errorf("unsynced trial taken for recorded: %v", err)
	}
	disk.FailTruncate = true
	if err := r.Append(good); err == nil {
		t.Error("no error")
	}
	disk.FailSync, disk.FailTruncate = false, false
	if err := r.Append(good); err == nil || !strings.Contains(err.Error(), "part of a line is left") {
		t.Errorf("appended behind a part of a line: %v", err)
	}
}

func TestDamage(t *testing.T) {
	dir := create(t, 4)
	path := filepath.Join(dir, results.TrialsFile)
	data, _ := os.ReadFile(path)
	lines := strings.SplitAfter(string(data), "\n")
	bad := "{\"cell\": garbage\n"
	torn := lines[3][:len(lines[3])/2]
	if err := os.WriteFile(path, []byte(lines[0]+bad+lines[2]+torn), 0o644); err != nil {
		t.Fatal(err)
	}

	r, err := results.Read(dir)
	var damage *results.DamagedError
	if !errors.As(err, &damage) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"trials.jsonl:2: not a trial record", "--resume " + dir, results.DamagedFile} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q: %v", want, err)
		}
	}
	if len(r.Trials) != 2 || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "trials.jsonl:4: the last line was cut short") {
		t.Errorf("%d trials, warnings %q", len(r.Trials), r.Warnings)
	}
	if now, _ := os.ReadFile(path); string(now) != lines[0]+bad+lines[2]+torn {
		t.Error("reading changed the file")
	}

	r, err = results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Trials) != 2 || len(r.Warnings) != 2 {
		t.Errorf("%d trials, warnings %q", len(r.Trials), r.Warnings)
	}
	if err := r.Append(trial(r.Manifest.Plan.Cells[1], 0)); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if kept, _ := os.ReadFile(filepath.Join(dir, results.DamagedFile)); string(kept) != bad {
		t.Errorf("set aside %q", kept)
	}
	r, err = results.Read(dir)
	if err != nil || len(r.Trials) != 3 {
		t.Errorf("after going on: %d trials, %v", len(r.Trials), err)
	}
}

func TestLineWithoutEnd(t *testing.T) {
	dir := create(t, 2)
	path := filepath.Join(dir, results.TrialsFile)
	data, _ := os.ReadFile(path)
	if err := os.WriteFile(path, data[:len(data)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := results.Open(dir)
	if err != nil || len(r.Trials) != 2 {
		t.Fatalf("%v", err)
	}
	defer r.Close()
	if now, _ := os.ReadFile(path); string(now) != string(data) {
		t.Errorf("file is %q", now)
	}
}

func TestNewerSchema(t *testing.T) {
	for _, name := range []string{results.ManifestFile, results.TrialsFile} {
		dir := create(t, 1)
		path := filepath.Join(dir, name)
		data, _ := os.ReadFile(path)
		newer := strings.NewReplacer(`"schema": 1`, `"schema": 2`, `"schema":1`, `"schema":2`).Replace(string(data))
		if err := os.WriteFile(path, []byte(newer), 0o644); err != nil {
			t.Fatal(err)
		}
		for verb, open := range map[string]func(string) (*results.Run, error){"Read": results.Read, "Open": results.Open} {
			if _, err := open(dir); !errors.Is(err, results.ErrNewer) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s, %s: %v", verb, name, err)
			}
		}
		if now, _ := os.ReadFile(path); string(now) != newer {
			t.Errorf("%s changed", name)
		}
	}
}

func TestNoRun(t *testing.T) {
	dir := t.TempDir()
	if _, err := results.Read(dir); err == nil || !strings.Contains(err.Error(), "holds no run") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, results.ManifestFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := results.Open(dir); err == nil || !strings.Contains(err.Error(), results.ManifestFile) {
		t.Errorf("got %v", err)
	}
}

func TestWriteFileAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "summary.json")
	for _, text := range []string{"one", "two"} {
		if err := results.WriteFileAtomic(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("got %q", got)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	if err := results.WriteFileAtomic(filepath.Join(dir, "none", "x"), nil); err == nil || !strings.Contains(err.Error(), "cannot write") {
		t.Errorf("got %v", err)
	}
}
