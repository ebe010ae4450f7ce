package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/netem/profile"
)

// netemProfiles lists the named profiles, each source over its own.
func netemProfiles(inv *invocation) error {
	all := profile.Named()
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		enc := json.NewEncoder(inv.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"profiles": all})
	}
	fmt.Fprintln(inv.stdout, "Rates are down/up, a queue is what waits at most before the rate, each way.")
	source := ""
	t := tabwriter.NewWriter(inv.stdout, 0, 0, 2, ' ', 0)
	for _, p := range all {
		if p.Source != source {
			source = p.Source
			fmt.Fprintf(t, "\n%s:\n", source)
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\n", p.Name, units.Duration(p.RTT().Seconds()), rates(p), losses(p), queue(&p.Down), title(p))
	}
	return t.Flush()
}

func rates(p *profile.Profile) string {
	text := func(s *profile.Shape) string {
		if s.MeanRate() == 0 {
			return "unlimited"
		}
		return units.Bandwidth(float64(s.MeanRate()))
	}
	down, up := text(&p.Down), text(&p.Up)
	if down == up {
		return down
	}
	return strings.TrimSuffix(down, " "+afterSpace(up)) + "/" + up
}

// afterSpace is the unit of a figure.
func afterSpace(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

func losses(p *profile.Profile) string {
	l := max(p.Down.Loss.Share(), p.Up.Loss.Share())
	if l == 0 {
		return "-"
	}
	return units.Number(100*l) + " % loss"
}

func queue(s *profile.Shape) string {
	switch {
	case s.MeanRate() == 0:
		return "-"
	case s.Limit.Bytes > 0:
		return "queue " + units.Size(float64(s.Limit.Bytes))
	}
	return fmt.Sprintf("queue %d packets", s.Limit.Packets)
}

func title(p *profile.Profile) string {
	if len(p.Moments) > 0 {
		return p.Title + " (changes)"
	}
	return p.Title
}
