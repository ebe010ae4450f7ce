package repotest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestBlocks(t *testing.T) {
	text := "intro\n```sh\necho 1\necho 2\n```\n```yaml\na: b\n```\n```sh no-run: needs an hour\nsleep 3600\n```\n````text\n```sh\nnested\n```\n````\n"
	got, err := blocks(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []block{{line: 2, script: "echo 1\necho 2\n"}, {line: 9, script: "sleep 3600\n", noRun: "needs an hour"}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(block{})); d != "" {
		t.Error(d)
	}
}

func TestBlocksRefuses(t *testing.T) {
	for _, text := range []string{
		"```sh no-run:\nx\n```\n",
		"```sh no-run\nx\n```\n",
		"```sh quick\nx\n```\n",
		"```bash\nx\n```\n",
		"```console\n$ x\n```\n",
		"```sh\nnever closed\n",
	} {
		if got, err := blocks(text); err == nil {
			t.Errorf("%q gave %v", text, got)
		}
	}
}

// TestDocuments runs every shell block of the README and of docs/.
func TestDocuments(t *testing.T) {
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(bin, "pushbench"), module+"/cmd/pushbench").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, doc := range documents(t) {
		t.Run(doc, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(root, doc))
			if err != nil {
				t.Fatal(err)
			}
			found, err := blocks(string(text))
			if err != nil {
				t.Fatalf("%s: %v", doc, err)
			}
			var dir string
			for _, b := range found {
				if b.noRun != "" {
					continue
				}
				if dir == "" {
					dir = clone(t)
				}
				if err := execute(t.Context(), dir, bin, b.script); err != nil {
					t.Errorf("%s:%d: %v", doc, b.line, err)
				}
			}
		})
	}
}

func TestExecuteFails(t *testing.T) {
	for _, script := range []string{"false\ntrue\n", "no-such-command | cat\n", "pushbench no-such-command\n", "echo $UNSET_VARIABLE\n"} {
		if err := execute(t.Context(), t.TempDir(), t.TempDir(), script); err == nil {
			t.Errorf("%q succeeded", script)
		}
	}
}

// blockTime is how long a block may take; a longer one is marked no-run.
const blockTime = 60 * time.Second

// execute runs a block as a reader would in a clone, but takes the binary that
// was built for all of them in the place of `go run ./cmd/pushbench`.
func execute(ctx context.Context, dir, bin, script string) error {
	ctx, cancel := context.WithTimeout(ctx, blockTime)
	defer cancel()
	script = strings.ReplaceAll(script, "go run ./cmd/pushbench", "pushbench")
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = fmt.Errorf("took longer than %v: shorten it or mark it no-run", blockTime)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s\nfrom:\n%s", err, out, script)
	}
	return nil
}

func documents(t *testing.T) (docs []string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root, "README.md")); !errors.Is(err, fs.ErrNotExist) {
		docs = append(docs, "README.md")
	}
	err := fs.WalkDir(os.DirFS(root), "docs", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			docs = append(docs, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// clone copies what git tracks, and new files it does not ignore.
func clone(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	dir := t.TempDir()
	for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		b, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
