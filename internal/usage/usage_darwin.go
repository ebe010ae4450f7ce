package usage

import "golang.org/x/sys/unix"

func readProcess(u *Usage) {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) == nil {
		u.CPU = seconds(int64(r.Utime.Sec), int64(r.Utime.Usec)) + seconds(int64(r.Stime.Sec), int64(r.Stime.Usec))
		switches := uint64(r.Nvcsw + r.Nivcsw)
		u.ContextSwitches = &switches
		u.MaxRSS = r.Maxrss
	}
}

// readThreads reads nothing: this system has no such figures.
func readThreads(*Usage) {}
