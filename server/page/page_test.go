package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/server"
	"github.com/pushbench/pushbench/server/page"
	"github.com/pushbench/pushbench/server/transport"
)

// serve runs a standing server with the page; end ends it as an interrupt does.
func serve(t *testing.T, listen, stream string) (addr string, end func()) {
	t.Helper()
	l, err := server.NewLive(server.LiveConfig{
		Listen:  listen,
		Factors: plan.Values{"rate": 50.0, "message": 120.0},
		Site:    transport.Site{Transports: []string{"sse", "ws"}, Stream: stream, Other: page.Handler()},
		Streams: 10, History: 100000, Grace: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	ended := false
	end = func() {
		cancel()
		if !ended {
			ended = true
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(end)
	return l.Addr(), end
}

// got is the figure of that name on the page.
func got(id string) string {
	return `Number(document.getElementById("` + id + `").textContent.replaceAll(",", ""))`
}

const open = ` && document.getElementById("state").dataset.state === "open"`

func choose(transport string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(`input[value="` + transport + `"]`))
}

// The page shows what arrives, by both transports, and goes on without a loss when
// the transport changes or the server comes back.
func TestPage(t *testing.T) {
	b := newBrowser(t)
	addr, end := serve(t, "127.0.0.1:0", "aa")
	b.run(t, chromedp.EmulateViewport(1280, 800), chromedp.Navigate("http://"+addr+"/"))
	b.until(t, got("messages")+" > 20 && "+got("rate")+" > 0 && "+got("p99")+" >= "+got("p50")+open)
	b.pictures(t)

	for i, transport := range []string{"ws", "sse"} {
		b.run(t, choose(transport))
		b.more(t)
		end()
		b.until(t, `document.getElementById("state").dataset.state !== "open"`)
		_, end = serve(t, addr, fmt.Sprint("again", i))
		b.until(t, fmt.Sprintf("%s === %d && %s === %d", got("reconnects"), i+1, got("restarts"), i+1)+open)
		b.more(t)
	}
	for _, id := range []string{"missing", "duplicates"} {
		if n := b.text(t, `document.getElementById("`+id+`").textContent`); n != "0" {
			t.Errorf("%s: %s", id, n)
		}
	}
	b.run(t, chromedp.Click(chromedp.CSS("#pause")))
	before := b.text(t, `document.getElementById("messages").textContent`)
	b.until(t, `new Promise((done) => setTimeout(() => done(true), 600))`)
	if after := b.text(t, `document.getElementById("messages").textContent`); after != before {
		t.Errorf("paused, it went from %s to %s", before, after)
	}
	b.run(t, chromedp.Click(chromedp.CSS("#pause")))
	b.more(t)
	b.fine(t)
}

// more waits until the page has more messages than now.
func (b *browser) more(t *testing.T) {
	t.Helper()
	n := b.text(t, `document.getElementById("messages").textContent`)
	b.until(t, got("messages")+" > 5 + Number('"+strings.ReplaceAll(n, ",", "")+"')"+open)
}

// fine reports exceptions, and requests to anybody else.
func (b *browser) fine(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		t.Error(f)
	}
}

// What a stream says is shown as it is, and does nothing.
func TestHostileText(t *testing.T) {
	const evil = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script><style>*{display:none}</style>` + "\u202e\x00"
	mux := http.NewServeMux()
	mux.Handle("/", page.Handler())
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for seq := 0; r.Context().Err() == nil; seq++ {
			good, _ := json.Marshal(map[string]any{"stream": evil, "seq": seq, "ts": time.Now().UnixNano(), "pad": evil})
			fmt.Fprintf(w, "data: %s\n\ndata: %s\n\n", good, evil)
			for _, bad := range []string{`null`, `[]`, `{"stream":{},"seq":1,"ts":1}`, `{"stream":"a","seq":"1","ts":1}`, `{"stream":"a","seq":-1,"ts":1e400}`, `{"stream":"__proto__","seq":1e300,"ts":0}`} {
				fmt.Fprintf(w, "data: %s\n\n", bad)
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	b := newBrowser(t)
	defer s.CloseClientConnections()
	b.run(t, chromedp.Navigate(s.URL))
	b.until(t, got("messages")+` > 20 && !document.getElementById("unreadable").hidden`)
	b.run(t, chromedp.Click(chromedp.CSS("#pause")))
	if shown := b.text(t, `document.getElementById("log").textContent`); !strings.Contains(shown, `<img src=x onerror="document.title='taken'">`) {
		t.Errorf("the text is not shown as it is: %s", shown)
	}
	for expression, want := range map[string]string{
		`document.title`: "pushbench serve",
		`String(document.querySelectorAll("#log *:not(tr, td), img, body script, style").length)`: "0",
	} {
		if got := b.text(t, expression); got != want {
			t.Errorf("%s is %s, not %s", expression, got, want)
		}
	}
	b.fine(t)
}

// Each file that the page asks for is there, and none may be used elsewhere.
func TestHandler(t *testing.T) {
	for path, kind := range map[string]string{
		"/": "text/html", "/page.css": "text/css", "/page.js": "text/javascript", "/source.js": "text/javascript",
		"/tally.js": "text/javascript", "/chart.js": "text/javascript", "/icon.svg": "image/svg+xml",
		"/index.html/": "", "/page.go": "", "/../page.go": "", "/x": "",
	} {
		w := httptest.NewRecorder()
		page.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if ok := kind != ""; ok != (w.Code == http.StatusOK) || ok && !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		if p := w.Header().Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'") || strings.Contains(p, "unsafe") {
			t.Errorf("%s: policy %q", path, p)
		}
		if body := w.Body.String(); strings.Contains(body, "://") && !strings.Contains(body, "http://www.w3.org/2000/svg") {
			t.Errorf("%s names another host", path)
		}
	}
}
