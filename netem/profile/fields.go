package profile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// What is beyond these is taken for a slip, not a network.
const (
	maxDelay    = time.Minute // of one direction; light needs 0.13 s round the earth
	minRate     = Rate(1e3)
	maxRate     = Rate(100e9)
	minOverhead = -14 // counts IP packets alone
	maxOverhead = 1000
	maxPackets  = 10_000_000
	maxBytes    = 4 << 30
	maxGap      = 1_000_000
	maxTime     = 24 * time.Hour // of moments
)

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,63}$`)

// reserved names mean networks that are not profiles.
var reserved = []string{"loopback", "veth"}

// profile reads a whole profile.
func (r *reader) profile(node ast.Node) *Profile {
	p := &Profile{}
	seen := r.mapping(node, "a profile", []field{
		{"name", func(n ast.Node) { r.name(n, &p.Name) }},
		{"title", func(n ast.Node) { p.Title, _ = r.text(n) }},
		{"source", func(n ast.Node) { p.Source, _ = r.text(n) }},
		{"rtt", func(n ast.Node) { r.rtt(n, &p.Down, &p.Up) }},
		{"both", func(n ast.Node) { r.shape(n, "both", &p.Down, &p.Up) }},
		{"down", func(n ast.Node) { r.shape(n, "down", &p.Down) }},
		{"up", func(n ast.Node) { r.shape(n, "up", &p.Up) }},
		{"seed", func(n ast.Node) { p.Seed = uint64(r.integer(n, 1, 1<<62)) }},
		{"moments", func(n ast.Node) { r.moments(n, p) }},
		{"repeat", func(n ast.Node) { p.Repeat = r.duration(n, time.Millisecond, maxTime) }},
	})
	if seen != nil && seen["name"] == nil {
		r.fail(node, "the profile has no name")
	}
	if n := len(p.Moments); p.Repeat > 0 && (n == 0 || p.Moments[n-1].At >= p.Repeat) {
		r.fail(seen["repeat"], "repeat must come after the last moment")
	}
	p.finish()
	return p
}

func (r *reader) name(node ast.Node, to *string) {
	s, ok := r.text(node)
	switch {
	case !ok:
	case !validName.MatchString(s):
		r.fail(node, "%q is no name: use lower-case letters, digits, dots and dashes", clip(s))
	case slices.Contains(reserved, s):
		r.fail(node, "%q is the name of another network: choose one of your own", s)
	default:
		*to = s
	}
}

// rtt gives each direction half.
func (r *reader) rtt(node ast.Node, down, up *Shape) {
	d := r.duration(node, 0, 2*maxDelay)
	down.Delay, up.Delay = d/2, d-d/2
}

// moments reads changes: each stands on the profile as it began, not on the
// moment before it.
func (r *reader) moments(node ast.Node, p *Profile) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		r.fail(node, "moments must be a list, each with at and what changes")
		return
	}
	for _, n := range list.Values {
		m := Moment{At: -1, Down: p.Down, Up: p.Up}
		off := false
		r.mapping(n, "a moment", []field{
			{"at", func(n ast.Node) { m.At = r.duration(n, 0, maxTime) }},
			{"off", func(n ast.Node) { off = r.boolean(n) }},
			{"rtt", func(n ast.Node) { r.rtt(n, &m.Down, &m.Up) }},
			{"both", func(n ast.Node) { r.shape(n, "both", &m.Down, &m.Up) }},
			{"down", func(n ast.Node) { r.shape(n, "down", &m.Down) }},
			{"up", func(n ast.Node) { r.shape(n, "up", &m.Up) }},
		})
		m.Down.Off, m.Up.Off = m.Down.Off || off, m.Up.Off || off
		last := len(p.Moments) - 1
		switch {
		case m.At < 0:
			r.fail(n, "the moment does not say when: give at")
		case last >= 0 && m.At <= p.Moments[last].At:
			r.fail(n, "moment at %v does not come after the one at %v", m.At, p.Moments[last].At)
		}
		p.Moments = append(p.Moments, m)
	}
}

// duration reads a time within bounds.
func (r *reader) duration(node ast.Node, low, high time.Duration) time.Duration {
	s, ok := r.text(node)
	if !ok {
		return 0
	}
	d, err := parseDuration(s)
	switch {
	case err != nil:
		r.fail(node, "%v", err)
	case d < low || d > high:
		r.fail(node, "%s is not between %v and %v", clip(s), low, high)
	default:
		return d
	}
	return 0
}

// share reads a share from 0 to 1.
func (r *reader) share(node ast.Node) float64 {
	s, ok := r.text(node)
	if !ok {
		return 0
	}
	x, err := parseShare(s)
	switch {
	case err != nil:
		r.fail(node, "%v", err)
	case x < 0 || x > 1:
		r.fail(node, "%s is not between 0 and 100%%", clip(s))
	default:
		return x
	}
	return 0
}

// integer reads a whole number within bounds.
func (r *reader) integer(node ast.Node, low, high int64) int64 {
	s, ok := r.text(node)
	if !ok {
		return low
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil || n < low || n > high {
		r.fail(node, "%s is not a whole number between %d and %d", clip(s), low, high)
		return low
	}
	return n
}

func (r *reader) boolean(node ast.Node) bool {
	s, ok := r.text(node)
	if ok && s != "true" && s != "false" {
		r.fail(node, "%s is neither true nor false", clip(s))
	}
	return s == "true"
}
