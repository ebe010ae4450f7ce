package main

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// emulatedPair is a scenario that makes links all the time.
const emulatedPair = `
name: kill
title: two cells over emulated networks
matrix: {strategy: [direct, bufio], flush: [full], message: [1KiB], congestion: [reno], network: [emulated], rtt: [4ms], bandwidth: [5mbit]}
load: {mode: saturate, connections: 2}
measure: {warmup: 10ms, window: 50ms, blocks: {min: 50, max: 50}, budget: 5m}
`

// TestKilledAtAnyMoment ends pushbench by SIGKILL at moments drawn by chance, from
// its first look at the network to a trial, and finds nothing of it: no process,
// no network namespace, and no interface with its queueing discipline.
func TestKilledAtAnyMoment(t *testing.T) {
	link, err := netem.Open(&profile.Profile{Name: "need"}, netem.Options{})
	testenv.Need(t, "emulated networks", err)
	link.Close()
	dir := writeScenario(t, emulatedPair)
	namespaces, interfaces := networkNamespaces(t), interfaceNames(t)
	const kills, longest = 20, 1500 * time.Millisecond
	midRun := 0
	for i := range kills {
		os.RemoveAll(dir + "/out")
		p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
		p.eventually("process", func() bool { return len(p.processes()) > 0 })
		wait := time.Duration(rand.Int64N(int64(longest)))
		time.Sleep(wait)
		if len(p.processes()) > 1 {
			midRun++
		}
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatalf("kill %d, after %v: %v; it said:\n%s", i, wait, err, p.said())
		}
		p.noneLeft()
		p.eventually("end of every network namespace", func() bool {
			return subset(networkNamespaces(t), namespaces)
		})
		if now := interfaceNames(t); !subset(now, interfaces) {
			t.Errorf("kill %d, after %v: interfaces %v, before %v", i, wait, now, interfaces)
		}
	}
	if midRun == 0 {
		t.Errorf("none of %d kills came while children ran", kills)
	}
	t.Logf("%d of %d kills came while children ran", midRun, kills)
}

// networkNamespaces are those that any process has, by lsns.
func networkNamespaces(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("lsns", "--noheadings", "--type", "net", "--output", "NS").Output()
	testenv.Need(t, "lsns (util-linux)", err)
	return strings.Fields(string(out))
}

func interfaceNames(t *testing.T) (names []string) {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		names = append(names, i.Name)
	}
	return names
}

func subset(some, of []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(of, s) })
}
