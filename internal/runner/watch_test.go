package runner_test

import (
	"errors"
	"testing"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
	"github.com/pushbench/pushbench/server/probe"
)

// Each cell is looked at once a block, without a twin and outside the run's trials;
// what is stored is not looked at again.
func TestWatch(t *testing.T) {
	f := clean()
	f.Server.Look = &server.Look{Syscalls: &probe.Syscalls{Mechanism: "sys_enter", Counts: map[string]uint64{"write": 2000, "writev": 0, "splice": 0}}}
	r := newRunner(t, f, blocks(1), cells(2)...)
	for _, n := range []int{1, 2} {
		if err := r.Watch(t.Context(), t.Context(), server.LookSyscalls, n); err != nil {
			t.Fatal(err)
		}
	}
	looks, _, err := results.ReadLooks(r.Run.Dir)
	if err != nil || len(looks) != 4 || len(r.Run.Trials) != 0 {
		t.Fatalf("%d looks and %d trials, %v", len(looks), len(r.Run.Trials), err)
	}
	for _, l := range looks {
		writev, have := l.Figures["syscall_writev_per_message"]
		if l.Kind != server.LookSyscalls || l.With.Cell != l.Cell || l.Without.Cell != "" || !have || writev != 0 || l.Figures["syscall_write_per_message"] != 2 || len(l.Figures) != 2 {
			t.Errorf("%+v", l)
		}
	}
}

// Where calls cannot be counted there is one look that says why, and no figure.
func TestWatchIsRefused(t *testing.T) {
	f := clean()
	refused := probe.RefusedSyscalls(errors.New("no rights"))
	f.Server.Look = &server.Look{Syscalls: &refused}
	r := newRunner(t, f, blocks(1), cells(2)...)
	if err := r.Watch(t.Context(), t.Context(), server.LookSyscalls, 3); err != nil {
		t.Fatal(err)
	}
	looks, _, err := results.ReadLooks(r.Run.Dir)
	if err != nil || len(looks) != 1 || len(looks[0].Figures) != 0 || looks[0].Missing["syscalls"] != "no rights" || len(looks[0].Refused) != 1 {
		t.Errorf("%+v %v", looks, err)
	}
}
