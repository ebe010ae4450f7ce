package server

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// sinks are the files that connections write to in place of their sockets: one
// for each connection, or none.
type sinks struct {
	files []*os.File
	ends  []*os.File // of pipes, where they are read
}

// openSinks opens what factor sink asks for.
func openSinks(kind string, n int) (s sinks, err error) {
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	switch kind {
	case "socket":
	case "null":
		for range n {
			f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
			if err != nil {
				return s, err
			}
			s.files = append(s.files, f)
		}
	case "pipe":
		if runtime.GOOS != "linux" {
			return s, errors.New("sink pipe needs Linux, where another process can open the end of a pipe by its path")
		}
		for range n {
			r, w, err := os.Pipe()
			if err != nil {
				return s, err
			}
			s.files, s.ends = append(s.files, w), append(s.ends, r)
		}
	default:
		return s, fmt.Errorf("no sink %q: there are socket, pipe and null", kind)
	}
	return s, nil
}

// paths says where another process opens the pipes for reading. They vanish with
// this process.
func (s sinks) paths() (out []string) {
	for _, r := range s.ends {
		raw, err := r.SyscallConn()
		if err != nil {
			continue
		}
		_ = raw.Control(func(fd uintptr) { out = append(out, fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), fd)) })
	}
	return out
}

func (s sinks) close() {
	for _, f := range append(s.files, s.ends...) {
		_ = f.Close()
	}
}
