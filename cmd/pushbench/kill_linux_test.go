package main

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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
	interfaces := interfaceNames(t)
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	p := start(t, dir, nil, "run", "s.yaml", "-o", "out", "--blocks", "1") // the link is as asked, and kept so
	if s := p.status(); s != exitDone {
		t.Fatalf("status %d: %s", s, p.said())
	}
	const kills, measuring, longest = 20, 4, time.Second
	midRun, seen := 0, 0
	for i := range kills {
		t.Setenv("XDG_CACHE_HOME", cache)
		if i < measuring { // the first come while the link is measured
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
		}
		os.RemoveAll(dir + "/out")
		p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
		p.eventually("process", func() bool { return len(p.processes()) > 0 })
		wait := time.Duration(rand.Int64N(int64(longest)))
		time.Sleep(wait)
		if len(p.processes()) > 1 {
			midRun++
		}
		made := p.namespaces(t)
		seen += len(made)
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatalf("kill %d, after %v: %v; it said:\n%s", i, wait, err, p.said())
		}
		p.noneLeft()
		p.eventually("end of every network namespace it made", func() bool {
			return disjoint(networkNamespaces(t), made)
		})
		if now := interfaceNames(t); !subset(now, interfaces) {
			t.Errorf("kill %d, after %v: interfaces %v, before %v", i, wait, now, interfaces)
		}
	}
	if midRun == 0 || seen == 0 {
		t.Errorf("of %d kills %d came while children ran, with %d namespaces", kills, midRun, seen)
	}
	t.Logf("%d of %d kills came while children ran; %d namespaces had been made", midRun, kills, seen)
}

// namespaces are the network namespaces that the program has made: those its
// processes are in, or hold open. Other tests make some of their own meanwhile.
func (p *program) namespaces(t *testing.T) (made []string) {
	t.Helper()
	host, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range p.processes() {
		at := "/proc/" + strconv.Itoa(pid)
		links, _ := filepath.Glob(at + "/fd/*") // fails for a bad pattern alone
		for _, link := range append(links, at+"/ns/net") {
			ns, err := os.Readlink(link)
			if err != nil || !strings.HasPrefix(ns, "net:[") || ns == host {
				continue // closed by now, or another kind of file
			}
			made = append(made, strings.Trim(ns, "net:[]"))
		}
	}
	slices.Sort(made)
	return slices.Compact(made)
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

func disjoint(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

func subset(some, of []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(of, s) })
}
