package probe

// syscallsMechanism is how system calls are counted.
const syscallsMechanism = "sys_enter"

// Syscalls are the system calls of one process that can carry bytes to a socket or a
// file, by name; those of every thread, whether they succeed or not.
type Syscalls struct {
	Mechanism string            `json:"mechanism,omitempty"`
	Counts    map[string]uint64 `json:"counts,omitempty"` // all names, 0 where it made none; nil where nobody counted
	Refused   []Refusal         `json:"refused,omitempty"`
}

// Figures are counts a message by the names of package results: those that were made,
// and always write and writev. None where nobody counted.
func (s Syscalls) Figures(messages uint64) map[string]float64 {
	f := map[string]float64{}
	for name, n := range s.Counts {
		if messages > 0 && (n > 0 || name == "write" || name == "writev") {
			f["syscall_"+name+"_per_message"] = float64(n) / float64(messages)
		}
	}
	return f
}

// RefusedSyscalls is the report where they cannot be counted.
func RefusedSyscalls(err error) Syscalls {
	return Syscalls{Refused: []Refusal{{syscallsMechanism, reason(err)}}}
}
