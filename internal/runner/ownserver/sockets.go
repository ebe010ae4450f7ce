package ownserver

import "github.com/pushbench/pushbench/server"

type tcpInfo = server.TCPInfo

// A socket is one connection of the server.
type socket struct {
	cookie [2]uint32 // the kernel's name for it
	info   tcpInfo
}

func (s socket) same(o socket) bool { return s.cookie == o.cookie }
