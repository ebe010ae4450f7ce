package clock

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if os.Getenv("CLOCK_PRINT") != "" {
		os.Stdout.WriteString(strconv.FormatInt(Now(), 10))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A reading of another process must fall between two of ours.
func TestNowIsSharedByProcesses(t *testing.T) {
	before := Now()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CLOCK_PRINT=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	after := Now()
	theirs, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if theirs < before || theirs > after {
		t.Errorf("child read %d, outside [%d, %d]", theirs, before, after)
	}
}

func TestSleepUntilIsNeverEarly(t *testing.T) {
	due := Now() + 2e6
	SleepUntil(due)
	if now := Now(); now < due {
		t.Errorf("woke %d ns before the time", due-now)
	}
}

func BenchmarkNow(b *testing.B) {
	for b.Loop() {
		Now()
	}
}

// Wall and Now are one reading, so that they part by no more than the clocks do.
func TestWallFollowsNow(t *testing.T) {
	before := time.Now().UnixNano()
	wall := Wall(Now())
	after := time.Now().UnixNano()
	if wall < before || wall > after {
		t.Errorf("%d is not between %d and %d", wall, before, after)
	}
	if d := Wall(5e9) - Wall(2e9); d < 2.9e9 || d > 3.1e9 {
		t.Errorf("3 s are %d ns", d)
	}
}
