package coalesce

import "net"

// Listen returns a Listener whose connections are *Conn.
func Listen(l net.Listener, cfg Config) net.Listener {
	return &listener{Listener: l, cfg: cfg}
}

type listener struct {
	net.Listener
	cfg Config
}

func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return New(conn, l.cfg), nil
}
