package verify

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

func TestExp(t *testing.T) {
	names := os.Getenv("PUSHBENCH_EXP")
	if names == "" {
		t.Skip()
	}
	for _, b := range strings.Split(os.Getenv("PUSHBENCH_BACKENDS"), ",") {
		for _, n := range strings.Split(names, ",") {
			p, err := profile.Find(n)
			if err != nil {
				t.Fatal(err)
			}
			t0 := time.Now()
			r, err := Profile(t.Context(), p, netem.Options{Backend: b})
			if err != nil {
				t.Error(n, b, err)
				continue
			}
			c, _ := json.Marshal(r.Checks)
			t.Logf("%s %s %v %.1fs\n%s", n, b, r.OK, time.Since(t0).Seconds(), strings.ReplaceAll(string(c), "},", "},\n"))
		}
	}
}
