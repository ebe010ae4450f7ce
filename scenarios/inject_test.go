package scenarios

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
)

func TestParseInjection(t *testing.T) {
	for text, want := range map[string]plan.Injection{
		"write=100":                       {Write: 100},
		"spin=200ns":                      {Spin: 200e-9},
		"spin=5%":                         {Share: 0.05},
		"alloc=64B":                       {Alloc: 64},
		"flush=1ms":                       {Flush: 0.001},
		"write=100,spin=200ns,alloc=1KiB": {Write: 100, Spin: 200e-9, Alloc: 1024},
	} {
		got, err := ParseInjection(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
		again, err := ParseInjection(got.String())
		if err != nil || again != got {
			t.Errorf("%s is written as %s, which is read as %v, %v", text, got, again, err)
		}
	}
	for text, say := range map[string]string{
		"":                 "is no injection",
		"write":            "is no injection",
		"write=0":          "more than nothing",
		"spin=2s":          "at most 1 s",
		"spin=-1ns":        "negative",
		"sleep=1ms":        "there are write, spin, alloc and flush",
		"spin=1ns,spin=5%": "given twice",
		"alloc=1GiB":       "at most 1 MiB",
	} {
		if _, err := ParseInjection(text); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %v, which does not say %q", text, err, say)
		}
	}
}

func FuzzParseInjection(f *testing.F) {
	for _, s := range []string{"write=100", "spin=5%,alloc=64B", "flush=1ms", "=,", "spin=%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in, err := ParseInjection(text)
		if err == nil && in == (plan.Injection{}) {
			t.Errorf("%q is read as nothing", text)
		}
	})
}
