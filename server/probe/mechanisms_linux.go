package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

// mechanisms lists the ways to look, best first.
var mechanisms = []mechanism{
	{
		name: "tracepoints", doc: "begin and end of each send, counted by BPF (Linux 6.16)",
		open: programs("send_turn", "send_returned"),
	},
	{
		name: "tracepoint", doc: "end of each send, counted by BPF (Linux 6.3)",
		open:    programs("send_returned"),
		missing: pieces, why: "only the end of a send is seen: tracepoint tcp_sendmsg_locked is not to be had (Linux 6.16)",
	},
	{
		name: "fentry", doc: "begin and end of tcp_sendmsg, counted by BPF (Linux 5.12)",
		open: programs("send_entered", "send_left"),
	},
	{
		name: "sampling", doc: "TCP_INFO and SO_MEMINFO, looked at many times a second",
		open:    sampling,
		missing: append(append([]string{}, calls...), pieces...), why: "samples count no calls",
	},
}

// present tells whether there is such a process, for a clear word before anything
// is loaded.
func present(pid int) error {
	_, err := os.Stat("/proc/" + strconv.Itoa(pid))
	if pid <= 0 || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("process %d: %w here; a process in a container has another number outside of it, which `ps` shows", pid, ErrNoProcess)
	}
	return nil
}
