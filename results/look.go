package results

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// LooksFile holds what was seen from inside a server, in blocks of their own: no
// figure of trials.jsonl comes from a trial with something that looks.
const LooksFile = "looks.jsonl"

// A Look is one cell run twice in one block, with and without something that looks
// into the server: so that what it costs is told with what it shows. Kinds "profile",
// "syscalls" and "timeline" are run with it alone, and Without is empty.
type Look struct {
	Schema  int       `json:"schema"`
	Kind    string    `json:"kind"` // what looked: "probe", "profile", "syscalls" or "timeline"
	Cell    string    `json:"cell"` // plan.Cell.ID
	Block   int       `json:"block"`
	Started time.Time `json:"started"`
	With    Trial     `json:"with"`
	Without Trial     `json:"without"`
	// Figures are of the whole trial with the look, by name; see LookFigures, ProfileFigures
	// and SyscallFigures.
	Figures map[string]float64 `json:"figures,omitempty"`
	// Missing maps what could not be told to the reason.
	Missing map[string]string `json:"missing,omitempty"`
	// Mechanism is how it looked; Refused says why by no better one.
	Mechanism string   `json:"mechanism,omitempty"`
	Refused   []string `json:"refused,omitempty"`
	// Lost counts, by name, what was seen and could not be kept.
	Lost map[string]uint64 `json:"lost,omitempty"`
	// Timeline is how the first connection stood, of the trial with the look.
	Timeline []Moment `json:"timeline,omitempty"`
	// Histograms are of times in seconds, by name.
	Histograms map[string][]Bucket `json:"histograms,omitempty"`
	// Files are those in ProfilesDir that show more, by name of their form.
	Files map[string]string `json:"files,omitempty"`
	// Latency is that of all connections in slices of the window.
	Latency []Slice `json:"latency,omitempty"`
}

// A Moment is how a connection stood. Times are in seconds since the window began,
// sizes in bytes.
type Moment struct {
	At       float64 `json:"at"`
	Queued   float64 `json:"queued"`
	Size     float64 `json:"sndbuf"`
	InFlight float64 `json:"in_flight"`
	Unsent   float64 `json:"unsent"`
	Cwnd     float64 `json:"cwnd"`
	RTT      float64 `json:"srtt_seconds"`
	// Retransmits are the segments sent again since the connection began.
	Retransmits uint64 `json:"retransmits"`
}

// A Slice is the latency of the messages that were due within it, in seconds.
type Slice struct {
	At    float64 `json:"at"` // its begin, since the window began
	Count uint64  `json:"n"`
	Mean  float64 `json:"mean"`
	Max   float64 `json:"max"`
}

// A Bucket counts times up to a bound, which is 0 in the last one of all others.
type Bucket struct {
	UpTo float64 `json:"up_to"`
	N    uint64  `json:"n"`
}

// ProfilesDir is where a run directory holds CPU profiles and their graphs.
const ProfilesDir = "profiles"

// WriteProfile keeps a file of a look and returns its name within the run directory.
func (r *Run) WriteProfile(cell, ending string, data []byte) (string, error) {
	if err := os.MkdirAll(r.path(ProfilesDir), 0o755); err != nil {
		return "", err
	}
	name := filepath.Join(ProfilesDir, FileName(cell)+ending)
	return name, WriteFileAtomic(r.path(name), data)
}

// FileName makes a file's name of a cell's.
func FileName(cell string) string {
	name := strings.NewReplacer(",", "-", "=", "-", "/", "-", "\\", "-", ":", "-", ".", "-").Replace(cell)
	if len(name) > 150 {
		sum := sha256.Sum256([]byte(cell))
		name = name[:140] + "-" + hex.EncodeToString(sum[:4])
	}
	return name
}

// A LookFigure describes one figure of a look.
type LookFigure struct {
	Name string
	Unit string
	Head string // of its column
	Doc  string
}

// LookFigures lists the figures of a probe in the order tables show them.
var LookFigures = []LookFigure{
	{"sends_per_message", "calls/message", "sends", "System calls that sent or tried to, counted by the kernel."},
	{"writes_per_message", "calls/message", "writes", "Sends without those that were refused (EAGAIN) or only went on with one that had taken a part: what the program calls a write."},
	{"bytes_per_send", "B", "B/send", "Bytes that a send took."},
	{"eagain_share", "share", "EAGAIN", "Sends that were refused because the send buffer was full."},
	{"vectored_share", "share", "vectored", "Sends of more than one buffer; a writev of one is a write to the kernel."},
	{"buffers_per_send", "buffers", "buffers/send", "Buffers that a send held."},
	{"coalesced_share", "share", "coalesced", "Sends whose bytes the kernel added to a segment that still waited."},
	{"segments_per_message", "segments/message", "segments", "Segments with data."},
	{"retransmits_per_message", "segments/message", "resent", "Segments sent again."},
	{"watermark_p50", "share", "level p50", "Memory queued over the size of the send buffer: half of the time it was below."},
	{"watermark_p99", "share", "p99", "The same for 99 % of the time."},
	{"watermark_max", "share", "max", "The highest level; beyond 1, as a send is let in whole while the buffer is not full."},
	{"watermark_high_share", "share", "time > 0.9", "Share of the time at or above nine tenths of the buffer."},
	{"sndbuf_bytes", "B", "sndbuf", "Size of the send buffer at the end, the mean of all connections."},
	{"queued_max_bytes", "B", "", "Most memory queued on one connection."},
	{"allocated_max_bytes", "B", "", "Most memory that was sent and not yet freed by the device, on one connection."},
	{"unsent_max_bytes", "B", "unsent max", "Most payload that waited to be sent for the first time, on one connection."},
	{"in_flight_max_bytes", "B", "in flight max", "Most payload sent and not acknowledged, on one connection."},
	{"cwnd_segments", "segments", "cwnd", "Congestion window at the end, the largest of all connections."},
	{"srtt_seconds", "s", "sRTT", "Smoothed round-trip time at the end, the largest of all connections."},
}

// ProfileFigures lists those of a profile.
var ProfileFigures = []LookFigure{
	{"cpu_share", "share", "CPU", "CPU time over time, of the server process."},
	{"sched_latency_p50_seconds", "s", "sched p50", "Half of the goroutines that could run waited less for a thread; an upper bound."},
	{"sched_latency_p99_seconds", "s", "p99", "The same of 99 %."},
	{"goroutines", "", "goroutines", "At the end of the window."},
	{"threads", "", "threads", "At the end of the window."},
	{"gc_cycles_per_second", "1/s", "GC/s", "Cycles of the garbage collector."},
	{"gc_pause_p99_seconds", "s", "GC pause p99", "99 % of the stops for the collector were shorter; an upper bound."},
	{"allocs_per_message", "allocs/message", "allocs/message", "Heap objects."},
	{"alloc_bytes_per_message", "B/message", "B/message", "Heap bytes."},
	{"heap_bytes", "B", "heap", "Live and unswept objects at the end of the window."},
}

// SyscallFigures lists those of a look at system calls: all calls of a name that the
// server process made in the whole trial, over the messages it handed over. Those that
// it did not make are left out, but for the first two.
var SyscallFigures = []LookFigure{
	{"syscall_write_per_message", "calls/message", "write", "write(2): also Go's own, which wakes its poller by it."},
	{"syscall_writev_per_message", "calls/message", "writev", "writev(2)."},
	{"syscall_sendto_per_message", "calls/message", "sendto", "send(2) and sendto(2)."},
	{"syscall_sendmsg_per_message", "calls/message", "sendmsg", "sendmsg(2)."},
	{"syscall_sendmmsg_per_message", "calls/message", "sendmmsg", "sendmmsg(2)."},
	{"syscall_sendfile_per_message", "calls/message", "sendfile", "sendfile(2)."},
	{"syscall_splice_per_message", "calls/message", "splice", "splice(2)."},
	{"syscall_tee_per_message", "calls/message", "tee", "tee(2)."},
	{"syscall_vmsplice_per_message", "calls/message", "vmsplice", "vmsplice(2)."},
	{"syscall_io_uring_enter_per_message", "calls/message", "io_uring_enter", "io_uring_enter(2), which may carry many sends or none."},
	{"syscall_pwrite64_per_message", "calls/message", "pwrite64", "pwrite(2): to a file."},
	{"syscall_pwritev_per_message", "calls/message", "pwritev", "pwritev(2): to a file."},
	{"syscall_pwritev2_per_message", "calls/message", "pwritev2", "pwritev2(2)."},
}

// AppendLook records a look: when it returns nil the line is on the disk.
func (r *Run) AppendLook(l Look) error {
	if r.lock == nil {
		return fmt.Errorf("%s: open for reading only", r.path(LooksFile))
	}
	l.Schema = Schema
	line, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("look not recorded: %w", err)
	}
	f, err := os.OpenFile(r.path(LooksFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("look not recorded: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// ReadLooks returns the looks of a run directory; none where nobody looked. Lines
// that are no looks are named in warnings and left out.
func ReadLooks(dir string) (looks []Look, warnings []string, err error) {
	b, err := os.ReadFile((&Run{Dir: dir}).path(LooksFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	looks, warnings = parseLooks(b)
	return looks, warnings, nil
}

func parseLooks(b []byte) (looks []Look, warnings []string) {
	n := 0
	for line := range bytes.Lines(b) {
		n++
		var l Look
		if err := json.Unmarshal(line, &l); err != nil {
			warnings = append(warnings, fmt.Sprintf("%s:%d: not a look: %v; it is left out", LooksFile, n, err))
			continue
		}
		if err := checkSchema(l.Schema); err != nil {
			warnings = append(warnings, fmt.Sprintf("%s:%d: %v; it is left out", LooksFile, n, err))
			continue
		}
		looks = append(looks, l)
	}
	return looks, warnings
}
