package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/transport"
)

// noLeaks looks for goroutines when all else of the test has been cleaned up.
func noLeaks(t *testing.T) { t.Cleanup(func() { goleak.VerifyNone(t) }) }

// live runs a standing server; what it returns ends it as an interrupt does.
func live(t *testing.T, cfg LiveConfig) (l *Live, end func()) {
	t.Helper()
	cfg.Factors = withDefaults(cfg.Factors)
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.Site.Transports == nil {
		cfg.Site.Transports = []string{"sse", "ws"}
	}
	if cfg.Site.Stream == "" {
		cfg.Site.Stream = "aa"
	}
	if cfg.Streams == 0 {
		cfg.Streams = 10
	}
	cfg.Grace = 10 * time.Second
	l, err := NewLive(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return l, end
}

func withDefaults(v plan.Values) plan.Values {
	all := plan.Values{"rate": 200.0}
	for name, x := range v {
		all[name] = x
	}
	return all
}

// A client reads one response at a time and leaves nothing behind.
func get(t *testing.T, l *Live, path string, header http.Header) *http.Response {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	r, err := http.NewRequest(http.MethodGet, "http://"+l.Addr()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	resp, err := tr.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

type seen struct {
	id   string
	data string
}

// next reads events; a stream that ends has fewer.
func next(t *testing.T, r *bufio.Reader, n int) (events []seen) {
	t.Helper()
	var e seen
	for len(events) < n {
		line, err := r.ReadString('\n')
		if err != nil {
			return events
		}
		switch name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); name {
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if e.id != "" {
				events = append(events, e)
			}
			e = seen{}
		}
	}
	return events
}

// consecutive reports numbers that do not follow each other, and returns the first.
func consecutive(t *testing.T, stream string, events []seen) (first int) {
	t.Helper()
	for i, e := range events {
		var n int
		if _, err := fmt.Sscanf(e.id, stream+"-%d", &n); err != nil {
			t.Fatalf("id %q: %v", e.id, err)
		}
		if i == 0 {
			first = n
		}
		if n != first+i {
			t.Fatalf("event %d of a stream that begins at %d has number %d", i, first, n)
		}
	}
	return first
}

// A reader who comes back gets all that it missed and that is still held; one who
// has seen the stream of another process gets all that is left of this one's.
func TestResume(t *testing.T) {
	noLeaks(t)
	l, end := live(t, LiveConfig{History: 1e6})
	resp := get(t, l, "/stream", nil)
	last := consecutive(t, "aa", next(t, bufio.NewReader(resp.Body), 60)) + 59
	resp.Body.Close()
	resume := func(query, id string) int {
		header := http.Header{}
		if query == "" {
			header.Set("Last-Event-ID", id)
		}
		resp := get(t, l, "/stream?format=json"+query, header)
		defer resp.Body.Close()
		return consecutive(t, "aa", next(t, bufio.NewReader(resp.Body), 20))
	}
	for id, want := range map[string]int{
		fmt.Sprintf("aa-%d", last): last + 1,
		"aa-0":                     1, "bb-7": 0, "nonsense": 0, "-": 0,
	} {
		if first := resume("", id); first != want {
			t.Errorf("after %s came %d", id, first)
		}
	}
	if first := resume("", "aa-999999999"); first <= last {
		t.Errorf("a number from the future led to %d", first)
	}
	// A query says it, too, for browsers cannot set the header.
	if first := resume("&last_event_id=aa-5", ""); first != 6 {
		t.Errorf("by query, after 5 came %d", first)
	}
	end()
	if c := l.Counts(); c.Streams != 8 || c.Resumed != 7 || c.Dropped != 0 {
		t.Errorf("%+v", c)
	}
}

// What is no longer held is a gap, and the stream goes on behind it.
func TestResumeBeyondHistory(t *testing.T) {
	noLeaks(t)
	l, _ := live(t, LiveConfig{History: 5})
	next(t, bufio.NewReader(get(t, l, "/stream", nil).Body), 60)
	r := bufio.NewReader(get(t, l, "/stream", http.Header{"Last-Event-Id": {"aa-0"}}).Body)
	if first := consecutive(t, "aa", next(t, r, 20)); first < 55 {
		t.Errorf("%d was still held", first)
	}
}

// position is a pure function of the id and the time.
func TestPosition(t *testing.T) {
	l := &Live{cfg: LiveConfig{History: 10, Site: transport.Site{Stream: "aa"}}, start: 1000}
	l.settings.load.Rate = 1e9 / 100 // one each 100 ns
	for _, tt := range []struct {
		id   string
		now  int64
		want uint64
	}{
		{"", 1000, 1},
		{"", 1099, 1},
		{"", 1100, 2},
		{"", 0, 0},
		{"aa-7", 2000, 8},
		{"aa-0", 2000, 1},
		{"aa-0", 3000, 11},  // ten are held of 21
		{"aa-21", 3000, 21}, // ahead of us
		{"bb-5", 1300, 0},
		{"bb-5", 9000, 71},
		{"5", 9000, 71},
	} {
		if got := l.position(tt.id, tt.now); got != tt.want {
			t.Errorf("%q at %d: %d, want %d", tt.id, tt.now, got, tt.want)
		}
	}
}

func TestLiveJSON(t *testing.T) {
	noLeaks(t)
	l, _ := live(t, LiveConfig{Site: transport.Site{JSON: true}, History: 100, Factors: plan.Values{"message": 128.0}})
	resp := get(t, l, "/stream", nil)
	want := next(t, bufio.NewReader(resp.Body), 5)
	resp.Body.Close()
	c, _, err := websocket.DefaultDialer.Dial("ws://"+l.Addr()+"/ws?last_event_id="+want[0].id, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, e := range want[1:] {
		kind, m, err := c.ReadMessage()
		if err != nil || kind != websocket.TextMessage || len(m) != 128 {
			t.Fatalf("kind %d, %d B, %v", kind, len(m), err)
		}
		var a, b map[string]any
		if err := errors.Join(json.Unmarshal(m, &a), json.Unmarshal([]byte(e.data), &b)); err != nil {
			t.Fatal(err)
		}
		if a["seq"] != b["seq"] || a["pad"] != b["pad"] || a["stream"] != "aa" {
			t.Errorf("%s\n%s", m, e.data)
		}
	}
}

func TestLiveTCP(t *testing.T) {
	noLeaks(t)
	l, end := live(t, LiveConfig{Streams: 1, Site: transport.Site{Transports: []string{"tcp"}}})
	c, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	frame := make([]byte, wire.PrefixSize+64)
	for i, base := uint64(0), uint64(0); i < 5; i++ {
		if _, err := io.ReadFull(c, frame); err != nil {
			t.Fatal(err)
		}
		seq, _ := wire.Header(frame[wire.PrefixSize:])
		if i == 0 {
			base = seq
		}
		if seq != base+i {
			t.Errorf("message %d is %d", i, seq)
		}
	}
	extra, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer extra.Close()
	_ = extra.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := extra.Read(frame); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a second connection: %v", err)
	}
	end()
	if rest, err := io.ReadAll(c); err != nil || len(rest)%len(frame) != 0 {
		t.Errorf("%d B were left, %v", len(rest), err)
	}
}

// A reader that stops neither holds up others nor the end.
func TestLiveStoppedReader(t *testing.T) {
	noLeaks(t)
	l, end := live(t, LiveConfig{Factors: plan.Values{"message": 65536.0, "rate": 2000.0, "sndbuf": 4096.0}})
	l.cfg.Grace = 100 * time.Millisecond // read when it ends
	stopped, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer stopped.Close()
	_, _ = io.WriteString(stopped, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
	r := bufio.NewReader(get(t, l, "/stream", nil).Body)
	next(t, r, 100)
	go func() { _, _ = io.Copy(io.Discard, r) }()
	end()
}

// curl reads the stream as it comes.
func TestCurl(t *testing.T) {
	_, err := exec.LookPath("curl")
	testenv.Need(t, "curl", err)
	l, end := live(t, LiveConfig{})
	defer end()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "curl", "--no-buffer", "--silent", "--show-error", "--noproxy", "*", "http://"+l.Addr()+"/stream?format=json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	if got := next(t, r, 10); len(got) != 10 {
		t.Fatalf("%d events", len(got))
	}
	end()
	consecutive(t, "aa", next(t, r, 1<<20))
	if err := cmd.Wait(); err != nil { // the last chunk came: else it would complain
		t.Errorf("curl: %v", err)
	}
}
