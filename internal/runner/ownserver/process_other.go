//go:build !linux

package ownserver

func (h *Host) start() error { return ErrNotSupported }

func (h *Host) stop() {}

func (h *Host) listener() (bool, error) { return false, ErrNotSupported }

func (h *Host) sockets() ([]socket, error) { return nil, ErrNotSupported }
