package usage

import (
	"bufio"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// script works and waits for a child that works, then says so and waits; its
// second child lives on.
const script = `sleep 1000 & echo $!
sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'
i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done
echo done; read x; kill $!`

// What a command cost is known while it runs, children that ended included, and
// stays the same when it has ended.
func TestOfDescendants(t *testing.T) {
	before := BeginTree()
	cmd := exec.Command("sh", "-c", script)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	sleeper, _ := strconv.Atoi(lines.Text())
	for lines.Text() != "done" && lines.Scan() {
		continue
	}
	if all := Descendants(); !slices.Contains(all, cmd.Process.Pid) || !slices.Contains(all, sleeper) {
		t.Errorf("%v lacks %d or %d", all, cmd.Process.Pid, sleeper)
	}
	during := EndTree()
	if during.Threads == nil || *during.Threads != 2 || during.Files == nil || *during.Files < 3 || during.MaxRSS == 0 {
		t.Errorf("got %+v", during)
	}
	in.Close()
	if err := cmd.Wait(); err != nil && !strings.Contains(err.Error(), "exit status") {
		t.Fatal(err)
	}
	// Ticks of 10 ms and what the shell did at its end lie between them.
	whole, spent := EndTree().CPU-before.CPU, during.CPU-before.CPU
	if spent < 0.5*whole || spent > 1.1*whole+0.03 {
		t.Errorf("%v s while it ran, %v s in all", spent, whole)
	}
}
