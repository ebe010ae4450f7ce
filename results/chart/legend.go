package chart

import (
	"slices"
	"sort"

	"gonum.org/v1/plot/vg"
)

// sampleWidth is the room of a series' line and marker before its name.
const sampleWidth vg.Length = 44

// legendGap is the room between entries of a row.
const legendGap vg.Length = 28

// entry draws the look of a series and its name, its left middle at a place.
func (c *canvas) entry(s Series, at vg.Point) {
	c.line(s.Style.Color, lineWidth, dashes[s.Style.Dash], at, vg.Point{X: at.X + sampleWidth - 8, Y: at.Y})
	if !s.Flat {
		c.marker(s.Style.Marker, vg.Point{X: at.X + (sampleWidth-8)/2, Y: at.Y}, markerSize, s.Style.Color, false)
	}
	c.write(s.Label, labelFace, vg.Point{X: at.X + sampleWidth, Y: at.Y}, leftMiddle)
}

func entryWidth(s Series) vg.Length { return sampleWidth + labelFace.width(s.Label) }

func widest(series []Series) vg.Length {
	var w vg.Length
	for _, s := range series {
		w = max(w, entryWidth(s))
	}
	return w
}

// legendOf lists each look once, over all panels, in the order of the first.
func legendOf(panels []Panel) []Series {
	var out []Series
	for _, p := range panels {
		for _, s := range p.Series {
			same := func(o Series) bool { return o.Label == s.Label && o.Style == s.Style }
			if !slices.ContainsFunc(out, same) {
				out = append(out, s)
			}
		}
	}
	return out
}

// rows breaks a legend into lines no wider than width.
func rows(legend []Series, width vg.Length) [][]Series {
	var out [][]Series
	var used vg.Length
	for _, s := range legend {
		w := entryWidth(s) + legendGap
		if len(out) == 0 || used+w > width+legendGap {
			out = append(out, nil)
			used = 0
		}
		out[len(out)-1] = append(out[len(out)-1], s)
		used += w
	}
	return out
}

// endLabels returns at what height each series of a pane can be named beside
// the end of its line; ok is false where names would have to move too far from
// their lines to keep clear of each other, or a line ends long before the others.
func (p *pane) endLabels() (heights []vg.Length, ok bool) {
	const farthest, shortest = vg.Length(15), vg.Length(70)
	room := labelFace.lineHeight()
	type end struct {
		series    int
		wanted, y vg.Length
	}
	var ends []end
	for i, s := range p.panel.Series {
		last, found := s.last()
		if !found {
			return nil, false
		}
		at := p.at(last.X, last.Y)
		if !s.Flat && at.X < p.frame.Max.X-shortest {
			return nil, false
		}
		ends = append(ends, end{i, at.Y, at.Y})
	}
	sort.SliceStable(ends, func(i, j int) bool { return ends[i].wanted < ends[j].wanted })
	// Names that are too close share their room around their common middle.
	for range ends {
		for i := 1; i < len(ends); i++ {
			if lack := room - (ends[i].y - ends[i-1].y); lack > 0.01 {
				ends[i-1].y -= lack / 2
				ends[i].y += lack / 2
			}
		}
	}
	heights = make([]vg.Length, len(ends))
	for i, e := range ends {
		if i > 0 && e.y-ends[i-1].y < room-1 {
			return nil, false
		}
		if e.y-e.wanted > farthest || e.wanted-e.y > farthest {
			return nil, false
		}
		heights[e.series] = e.y
	}
	return heights, true
}
