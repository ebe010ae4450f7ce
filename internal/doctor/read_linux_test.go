package doctor

import (
	"strings"
	"testing"
)

func TestStealShare(t *testing.T) {
	for stat, want := range map[string]float64{
		"cpu  10 0 10 70 0 0 0 10 99 99\ncpu0 1 1 1 1 1 1 1 1\n": 0.1,
		"cpu 0 0 0 0 0 0 0 0\n":                                  0,
	} {
		if got, err := stealShare([]byte(stat)); err != nil || got != want {
			t.Errorf("%q: got %v, %v", stat, got, err)
		}
	}
	for _, stat := range []string{"", "cpu 1 2 3\n", "intr 1 2 3 4 5 6 7 8 9\n", "cpu 1 2 3 4 5 6 7 x\n"} {
		if _, err := stealShare([]byte(stat)); err == nil || !strings.Contains(err.Error(), "/proc/stat") {
			t.Errorf("%q: %v", stat, err)
		}
	}
}

func TestMemAvailable(t *testing.T) {
	got, err := memAvailable([]byte("MemTotal:   100 kB\nMemAvailable:   20 kB\n"))
	if err != nil || got != 20<<10 {
		t.Errorf("got %d, %v", got, err)
	}
	if _, err := memAvailable([]byte("MemTotal: 100 kB\n")); err == nil {
		t.Error("no error")
	}
}

// The counters are read from a real connection.
func TestReadTCPInfo(t *testing.T) {
	r, err := readTCPInfo()
	if err != nil || r.bytes < sentBytes || r.segments == 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestSetCongestion(t *testing.T) {
	if _, err := setCongestion("reno"); err != nil {
		t.Errorf("reno, which every kernel has: %v", err)
	}
	if _, err := setCongestion("none-such"); err == nil || !strings.Contains(err.Error(), "none-such") {
		t.Errorf("got %v", err)
	}
}
