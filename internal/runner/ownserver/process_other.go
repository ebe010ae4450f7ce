//go:build !linux

package ownserver

import (
	"context"

	"github.com/pushbench/pushbench/internal/child"
)

func (h *Host) start() error { return ErrNotSupported }

func (h *Host) stop() {}

func (h *Host) listener() (bool, error) { return false, ErrNotSupported }

func (h *Host) sockets() ([]socket, error) { return nil, ErrNotSupported }

func (h *Host) pause() {}

func (h *Host) resume() {}

func (h *Host) turns(context.Context, []child.Turn) []Slice { return nil }
