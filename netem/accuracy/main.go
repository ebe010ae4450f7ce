//go:build linux

// Accuracy measures both backends over ten networks in the kernel it runs in,
// and prints docs/accuracy.md's table. It is meant for the guest kernel; `make
// accuracy` runs it there. Arguments name some of the networks. It ends with
// status 1 where the backends differ by more than they may.
//
//	accuracy insert DOCUMENT SECTION
//
// puts what it reads from standard input into a section of a document.
package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/section"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/verify"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "insert" {
		text, err := io.ReadAll(os.Stdin)
		if err == nil {
			err = section.Insert(os.Args[2], os.Args[3], text)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "accuracy:", err)
			os.Exit(4)
		}
		return
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// own are networks that the named profiles do not cover: each jitter, and
// losses with memory.
const own = `
- name: jitter-uniform
  rtt: 60ms
  both: {rate: 5Mbit, jitter: 5ms}
- name: jitter-normal
  rtt: 60ms
  both: {rate: 5Mbit, jitter: {spread: 5ms, distribution: normal}}
- name: jitter-paretonormal
  rtt: 60ms
  both: {rate: 5Mbit, jitter: {spread: 5ms, distribution: paretonormal}}
- name: loss-random
  rtt: 20ms
  both: {rate: 5Mbit, loss: 2%}
- name: loss-bursts
  rtt: 20ms
  both: {rate: 5Mbit, loss: {gilbert-elliott: {p: 1%, r: 30%}}}
- name: loss-four-state
  rtt: 20ms
  both: {rate: 5Mbit, loss: {four-state: {p13: 1%, p31: 40%, p14: 1%}}}
`

var named = []string{"wpt-3g", "devtools-fast4g", "bufferbloat", "wpt-cable"}

// tests of losses over all networks: a rate and a burst length each, of which
// only those with losses count, but the correction takes all.
const tests = 2 * 10

func networks() ([]*profile.Profile, error) {
	all, err := profile.Read("accuracy", []byte(own), nil)
	for _, name := range named {
		p, err := profile.Find(name)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, err
}

func run(ctx context.Context, only []string, stdout, stderr io.Writer) int {
	all, err := networks()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	fmt.Fprintf(stdout, "Kernel %s, %s.\n\n", netem.Kernel(), time.Now().UTC().Format("2 January 2006"))
	fmt.Fprintln(stdout, "| network | RTT asked | median tc | median user | distance | goodput tc | goodput user | loss tc | loss user | p | burst tc | burst user | p | | runs |")
	fmt.Fprintln(stdout, "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	status := 0
	for _, p := range all {
		if len(only) > 0 && !slices.Contains(only, p.Name) {
			continue
		}
		var (
			pair  *verify.Pair
			apart []string
			runs  int
		)
		for runs = 1; ; runs++ {
			if pair, err = verify.NewPair(ctx, p); err != nil {
				fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
				return 2
			}
			if apart = pair.Apart(0.01 / tests); len(apart) == 0 || runs == attempts {
				break
			}
			fmt.Fprintln(stderr, row(pair, apart, runs))
		}
		if len(apart) > 0 {
			status = 1
		}
		fmt.Fprintln(stdout, row(pair, apart, runs))
	}
	return status
}

// attempts is how often a network is measured until the backends come out alike:
// a stall of the host moves them apart, and never together.
const attempts = 3

func row(p *verify.Pair, apart []string, runs int) string {
	user, tc := p.Medians()
	verdict := "alike"
	if len(apart) > 0 {
		verdict = fmt.Sprintf("apart: %v", apart)
	}
	loss, burst := "– | – | –", "– | – | –"
	if p.TC.Packets > 0 {
		loss = fmt.Sprintf("%.2f %% | %.2f %% | %.2f", percent(p.TC), percent(p.User), p.LossP())
		burst = fmt.Sprintf("%.2f | %.2f | %.2f", p.TC.MeanBurst(), p.User.MeanBurst(), p.BurstP())
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %d |", p.Profile.Name,
		milliseconds(p.Profile.RTT()), milliseconds(tc), milliseconds(user), milliseconds(p.Distance()),
		megabits(p.TC.Goodput), megabits(p.User.Goodput), loss, burst, verdict, runs)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1e3) }

func percent(s verify.Sight) float64 { return 100 * float64(s.Lost) / math.Max(1, float64(s.Packets)) }

func megabits(bytes float64) string {
	if bytes == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f Mbit/s", bytes*8/1e6)
}
