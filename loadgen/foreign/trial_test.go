package foreign

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/loadgen"
)

// pushing listens for bare TCP and writes a line a millisecond to each reader.
func pushing(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for n := 0; err == nil; n++ {
					_, err = fmt.Fprintf(conn, "{\"seq\":%d,\"ts\":%d}\n", n, time.Now().UnixMicro())
					time.Sleep(time.Millisecond)
				}
			}()
		}
	}()
	return l.Addr().String()
}

func trial(t *testing.T, target string, s loadgen.Stream) loadgen.Record {
	t.Helper()
	tr, err := NewTrial(t.Context(), loadgen.Config{Target: target, Factors: plan.Values{"connections": 2.0}, Grace: 5, Endless: true, Stream: &s})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	start := clock.Now()
	times := child.Go{Start: start, Begin: start + 50e6, End: start + 200e6, Stop: start + 220e6}
	rec, err := tr.Run(t.Context(), times)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func TestTrialOfLines(t *testing.T) {
	rec := trial(t, "tcp://"+pushing(t), loadgen.Stream{Messages: "lines", Timestamp: "json:ts:unixus", Sequence: "json:seq"})
	got := rec.Received
	if rec.End.Messages == 0 || rec.End.Messages != got.Messages || rec.Timed != got.Messages || got.Lost+got.Reordered > 0 || rec.Failed > 0 || len(rec.Gaps) == 0 {
		t.Errorf("%+v", rec)
	}
}

func TestTrialOfBytes(t *testing.T) {
	rec := trial(t, "tcp://"+pushing(t), loadgen.Stream{Messages: "raw"})
	if rec.End.Bytes == 0 || rec.End.Messages != 0 || rec.Failed > 0 {
		t.Errorf("%+v", rec)
	}
}

func TestTrialOfNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, err = NewTrial(t.Context(), loadgen.Config{Target: "tcp://" + l.Addr().String(), Factors: plan.Values{"connections": 2.0}, Stream: &loadgen.Stream{Messages: "lines"}})
	if err == nil || !strings.Contains(err.Error(), "connection 1 of 2: ") || !strings.Contains(err.Error(), "refused") {
		t.Errorf("said %v", err)
	}
}

// A server that ends its streams, or has none, is a failure of the trial.
func TestTrialThatFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "no stream") })}
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()
	rec := trial(t, "http://"+l.Addr().String(), loadgen.Stream{Messages: "sse"})
	if rec.Failed == 0 || !strings.Contains(rec.Errors[0], "no event stream") {
		t.Errorf("%+v", rec)
	}
}
