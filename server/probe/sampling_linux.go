package probe

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// sampling looks at the sockets of a process: its own by their descriptors,
// those of another through the kernel's list of them (sock_diag(7)).
func sampling(o Options) (source, error) {
	if o.Conns != nil {
		var seen []Conn // one for all looks, so that they leave no garbage
		look := func() ([]Conn, error) {
			seen = ask(seen[:0], o.Conns())
			return seen, nil
		}
		return startSampler(o.Every, look, func() error { return nil })
	}
	if o.ChildrenOnly {
		return nil, errors.New("sampling looks at one process alone, and this one is a command not started yet")
	}
	l, err := newLister(o.PID)
	if err != nil {
		return nil, err
	}
	return startSampler(o.Every, l.list, l.close)
}

// A lister lists the TCP sockets of one process.
type lister struct {
	pid    int
	socket *nl.SocketHandle // in the network namespace of the process
}

func newLister(pid int) (*lister, error) {
	at, err := netns.GetFromPid(pid)
	if err != nil {
		return nil, fmt.Errorf("network namespace of process %d: %w; look at it as its user or as root", pid, err)
	}
	defer at.Close()
	here, err := netns.Get()
	if err != nil {
		return nil, err
	}
	defer here.Close()
	to := netns.None()
	if !at.Equal(here) {
		to = at
	}
	s, err := nl.GetNetlinkSocketAt(to, here, unix.NETLINK_INET_DIAG)
	if err != nil {
		return nil, fmt.Errorf("process %d lives in another network namespace, which cannot be entered: %w; be root", pid, err)
	}
	return &lister{pid: pid, socket: &nl.SocketHandle{Socket: s}}, nil
}

func (l *lister) close() error {
	l.socket.Close()
	return nil
}

// list returns the connections of the process; none if it is gone.
func (l *lister) list() ([]Conn, error) {
	mine, err := inodes(l.pid)
	if err != nil || len(mine) == 0 {
		return nil, err
	}
	var conns []Conn
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		req := nl.NewNetlinkRequest(nl.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP)
		req.AddRawData(diagRequest(family))
		req.Sockets = map[int]*nl.SocketHandle{unix.NETLINK_INET_DIAG: l.socket}
		messages, err := req.Execute(unix.NETLINK_INET_DIAG, 0)
		if err != nil && len(messages) == 0 { // sockets may come and go meanwhile
			return nil, fmt.Errorf("sock_diag: %w", err)
		}
		for _, m := range messages {
			c, inode, err := parseDiag(m)
			if err != nil {
				return nil, fmt.Errorf("sock_diag: %w", err)
			}
			if mine[inode] {
				c.PID = l.pid
				conns = append(conns, c)
			}
		}
	}
	return conns, nil
}

// inodes returns those of a process's sockets.
func inodes(pid int) (map[uint32]bool, error) {
	dir := "/proc/" + strconv.Itoa(pid) + "/fd"
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("descriptors of process %d: %w; look at it as its user or as root", pid, err)
	}
	found := map[uint32]bool{}
	for _, e := range entries {
		to, _ := os.Readlink(dir + "/" + e.Name()) // closed since
		if n, ok := strings.CutPrefix(to, "socket:["); ok {
			if i, err := strconv.ParseUint(strings.TrimSuffix(n, "]"), 10, 32); err == nil {
				found[uint32(i)] = true
			}
		}
	}
	return found, nil
}
