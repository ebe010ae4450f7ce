package command

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/pushbench/pushbench/netem"
)

// A relay carries the connections of one Forward.
type relay struct {
	listener net.Listener
	to       string
}

// newRelay listens at the server end. It dials from where this process is.
func newRelay(link *netem.Link, f Forward) (*relay, error) {
	r := &relay{to: f.To}
	err := link.Server.Do(func() (err error) {
		r.listener, err = net.Listen("tcp", f.listenAddr())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("forward port %d: %w", f.Port, err)
	}
	go r.serve()
	return r, nil
}

func (r *relay) serve() {
	for {
		conn, err := r.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // out of descriptors: it may pass
			continue
		}
		go r.carry(conn.(*net.TCPConn))
	}
}

// carry copies both ways and hands an end of either on. A host that cannot be
// reached looks to the client like one that hangs up.
func (r *relay) carry(near *net.TCPConn) {
	defer near.Close()
	conn, err := net.DialTimeout("tcp", r.to, 10*time.Second)
	if err != nil {
		_ = near.SetLinger(0)
		return
	}
	far := conn.(*net.TCPConn)
	defer far.Close()
	var both sync.WaitGroup
	both.Go(func() { pour(far, near) })
	both.Go(func() { pour(near, far) })
	both.Wait()
}

func pour(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		_ = to.SetLinger(0) // pass a broken connection on as broken
		_ = to.Close()
		return
	}
	_ = to.CloseWrite()
}

func (r *relay) close() { r.listener.Close() }
