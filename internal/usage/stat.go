package usage

import (
	"bytes"
	"errors"
	"strconv"
)

// ticks is how many there are of the kernel's clock for users (USER_HZ) in a
// second, on every system that Go runs on.
const ticks = 100

// A stat is what /proc/PID/stat tells of a process.
type stat struct {
	parent   int
	own      float64 // seconds on a core, in ticks
	children float64 // the same of those it has waited for, and theirs
	threads  uint64
}

var errStat = errors.New("not the line of a process")

// parseStat reads the line. The second field is the program's name, which may
// hold spaces and brackets; the others are numbers (proc(5)).
func parseStat(line []byte) (s stat, err error) {
	fields := bytes.Fields(line[bytes.LastIndexByte(line, ')')+1:])
	const parent, utime, stime, cutime, cstime, threads = 1, 11, 12, 13, 14, 17 // from the third field
	if len(fields) <= threads {
		return s, errStat
	}
	number := func(i int) uint64 {
		n, e := strconv.ParseUint(string(fields[i]), 10, 63)
		if e != nil {
			err = errStat
		}
		return n
	}
	s.parent = int(number(parent))
	s.own = float64(number(utime)+number(stime)) / ticks
	s.children = float64(number(cutime)+number(cstime)) / ticks
	s.threads = number(threads)
	return s, err
}
