package stats

import (
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// A pairing holds the values of a cell and its base from the blocks in which
// both were measured.
type pairing struct {
	ratios       []float64
	over, under  []bool // the cell's value, the base's value is a bound
	zero, blocks int    // pairs left out because a value is not positive; all pairs
}

func pair(cell, base *samples, metric string) pairing {
	var p pairing
	of := map[int]results.Trial{}
	for _, t := range base.used {
		of[t.Block] = t
	}
	for _, t := range cell.used {
		b, ok := of[t.Block]
		if !ok {
			continue
		}
		x, okX := t.Metrics[metric]
		y, okY := b.Metrics[metric]
		if !okX || !okY {
			continue
		}
		p.blocks++
		if x <= 0 || y <= 0 {
			p.zero++
			continue
		}
		p.ratios = append(p.ratios, x/y)
		p.over = append(p.over, t.State == results.Censored)
		p.under = append(p.under, b.State == results.Censored)
	}
	return p
}

// censored tells whether bounds in place of exact values matter to the ratio of a
// metric: with every bound replaced by its extreme, the median would leave its interval.
func (p pairing) censored(d plan.Metric, iv Interval) bool {
	over := extreme(d)
	return matters(p.ratios, p.over, over, iv) || matters(p.ratios, p.under, 1/over, iv)
}

// matters tells whether the median leaves its interval (or, without one, is a
// bound at all) once the masked values move to an extreme.
func matters(values []float64, mask []bool, extreme float64, iv Interval) bool {
	moved := make([]float64, len(values))
	hit := false
	for i, v := range values {
		moved[i] = v
		if mask[i] {
			moved[i], hit = extreme, true
		}
	}
	if !hit || !iv.OK {
		return hit
	}
	m := Median(moved).Mid
	return !(iv.Lo <= m && m <= iv.Hi) // also if m is not a number: half of them are infinite
}

// ratios makes every ratio the plan asks for, and says where it cannot.
func ratios(p plan.Plan, cells map[string]*samples) (out []results.Ratio, warnings []string) {
	for _, cmp := range p.Compare {
		missing := map[string][]string{}
		for _, c := range p.Cells {
			base, subject, err := Base(p, cmp, c)
			if !subject {
				continue
			}
			if err != nil {
				missing[err.Error()] = append(missing[err.Error()], c.ID)
				continue
			}
			pairs := pair(cells[c.ID], cells[base.ID], cmp.Metric)
			if pairs.zero > 0 {
				warnings = append(warnings, fmt.Sprintf("%s of %s: left out of the ratio in %d of %d blocks because it is 0 there or in the base", cmp.Metric, c.ID, pairs.zero, pairs.blocks))
			}
			if len(pairs.ratios) == 0 {
				missing["no block measured both it and its base "+base.ID] = append(missing["no block measured both it and its base "+base.ID], c.ID)
				continue
			}
			iv := GeoMedian(pairs.ratios)
			r := results.Ratio{Metric: cmp.Metric, Cell: c.ID, Base: base.ID, Group: cmp.Group, Ratio: iv.Mid, N: iv.N, Censored: pairs.censored(dictionary(cmp.Metric), iv)}
			r.Lo, r.Hi = iv.bounds()
			out = append(out, r)
		}
		for _, why := range sortedKeys(missing) {
			ids := missing[why]
			warnings = append(warnings, fmt.Sprintf("no ratio of %s for %d cells: %s: %s", cmp.Metric, len(ids), why, strings.Join(ids, "; ")))
		}
	}
	return out, warnings
}
