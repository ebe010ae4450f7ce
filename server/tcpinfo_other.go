//go:build !linux

package server

import "net"

func readTCPInfo(*net.TCPConn) (TCPInfo, bool) { return TCPInfo{}, false }
