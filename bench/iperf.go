package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"time"
)

// iperf prints what iperf3 carries with writes of each size. Its reader reads as
// much at a time as its writer writes, so its figures are no limit of ours.
func (b *bench) iperf(ctx context.Context) error {
	exe, err := exec.LookPath("iperf3")
	if errors.Is(err, exec.ErrNotFound) {
		fmt.Fprintln(b.out, "left out: iperf3 is not installed (Debian package iperf3)")
		return nil
	}
	if err != nil {
		return err
	}
	for _, size := range []int{64, 1 << 10, 128 << 10} {
		rate, err := b.iperfOnce(ctx, exe, size)
		if err != nil {
			return fmt.Errorf("iperf3 -l %d: %w", size, err)
		}
		fmt.Fprintf(b.out, "iperf3 -N -C %s -l %-7d %6.0f MB/s\n", congestion, size, rate/1e6)
	}
	return nil
}

// iperfOnce returns bytes received per second. The client sends.
func (b *bench) iperfOnce(ctx context.Context, exe string, size int) (float64, error) {
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	server := exec.CommandContext(ctx, exe, "-s", "-1", "-p", port)
	if err := server.Start(); err != nil {
		return 0, err
	}
	defer server.Wait()
	defer server.Process.Kill() //nolint:errcheck // it leaves by itself after one client
	args := []string{"-c", "127.0.0.1", "-p", port, "-l", fmt.Sprint(size), "-t", "1", "-N", "-C", congestion, "-J"}
	if b.pins.Server >= 0 {
		args = append(args, "-A", fmt.Sprintf("%d,%d", b.pins.Server, b.pins.Generator))
	}
	var out []byte
	for range 20 { // until the server listens
		time.Sleep(50 * time.Millisecond)
		if out, err = exec.CommandContext(ctx, exe, args...).Output(); err == nil {
			break
		}
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	var r struct {
		End struct {
			Received struct {
				BitsPerSecond float64 `json:"bits_per_second"`
			} `json:"sum_received"`
		} `json:"end"`
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return 0, err
	}
	return r.End.Received.BitsPerSecond / 8, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
