package host

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	h := Describe()
	if h.OS != runtime.GOOS || h.Arch != runtime.GOARCH || h.Cores < 1 || h.Go == "" || h.ID == "" {
		t.Errorf("got %+v", h)
	}
	if runtime.GOOS == "linux" && (h.Kernel == "" || h.Memory <= 0 || h.Sysctls["net.ipv4.tcp_congestion_control"] == "") {
		t.Errorf("got %+v", h)
	}
	if again := Describe(); again.ID != h.ID {
		t.Errorf("one machine is %s and %s", h.ID, again.ID)
	}
	if name, err := os.Hostname(); err != nil || strings.Contains(h.ID, name) {
		t.Errorf("the identity %s names the machine %s (%v)", h.ID, name, err)
	}
}
