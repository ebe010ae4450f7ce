package page_test

import (
	"context"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/pushbench/pushbench/internal/testenv"
)

var screenshots = flag.String("screenshots", "", "directory for pictures of the page: wide, dark and on a phone")

// patience is how long anything in the browser may take on a busy machine.
const patience = 60 * time.Second

// A browser is a tab of a Chromium that this test started.
type browser struct {
	context.Context
	mu     sync.Mutex
	faults []string // exceptions, and requests to anybody else
}

// newBrowser skips the test where there is no Chromium. Nothing of it is left
// when the test is over.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	testenv.Need(t, "chromium", err)
	dir := t.TempDir()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	all, stop := chromedp.NewExecAllocator(context.Background(), options...)
	tab, _ := chromedp.NewContext(all)
	t.Cleanup(func() {
		if err := chromedp.Cancel(tab); err != nil {
			t.Logf("close chromium: %v", err)
		}
		stop()
		noneLeft(t, dir)
	})
	b := &browser{}
	if err := chromedp.Listen(tab, b.watch); err != nil { // starts it
		t.Fatal(err)
	}
	if _, err := chromedp.Call(tab, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(tab, patience)
	t.Cleanup(cancel)
	b.Context = limited
	return b
}

func (b *browser) watch(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, exception(e.ExceptionDetails))
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Hostname() != "127.0.0.1" {
			b.faults = append(b.faults, "it asked for "+e.Request.URL)
		}
	}
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil {
		return d.Text + " " + d.Exception.Description
	}
	return d.Text
}

// run does what is to be done in the tab.
func (b *browser) run(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b, actions...); err != nil {
		t.Fatal(err)
	}
}

// until waits for a condition in JavaScript.
func (b *browser) until(t *testing.T, condition string) {
	t.Helper()
	if err := chromedp.Do(b, chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience))); err != nil {
		t.Fatalf("%v\nwhile waiting for %s; the page says:\n%s", err, condition, b.text(t, "document.body.innerText"))
	}
}

func (b *browser) text(t *testing.T, expression string) string {
	t.Helper()
	s, err := chromedp.Run(b, chromedp.Evaluate[string](expression))
	if err != nil {
		t.Errorf("%s: %v", expression, err)
	}
	return s
}

// pictures stores how the page looks, if asked to.
func (b *browser) pictures(t *testing.T) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	b.run(t, chromedp.Sleep(30*time.Second)) // for half of a chart
	b.picture(t, "page.png", chromedp.EmulateViewport(1280, 800))
	b.picture(t, "page-phone.png", chromedp.EmulateViewport(375, 1150, chromedp.EmulateScale(2), chromedp.EmulateMobile))
	dark := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}
	if _, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: dark}); err != nil {
		t.Fatal(err)
	}
	b.picture(t, "page-dark.png", chromedp.EmulateViewport(1280, 800))
}

func (b *browser) picture(t *testing.T, name string, viewport chromedp.Action[chromedp.Void]) {
	t.Helper()
	b.run(t, viewport, chromedp.Sleep(time.Second))
	png, err := chromedp.Run(b, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// noneLeft waits until no process uses the browser's directory any more.
func noneLeft(t *testing.T, dir string) {
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		left := users(dir)
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Errorf("left behind: %v", left)
			return
		}
	}
}

// users lists processes with dir in their command line, where the system tells.
func users(dir string) (left []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range files {
		if line, err := os.ReadFile(name); err == nil && strings.Contains(string(line), dir) {
			left = append(left, name+": "+strings.ReplaceAll(string(line[:min(len(line), 200)]), "\x00", " "))
		}
	}
	return left
}
