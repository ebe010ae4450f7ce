package scenarios

import (
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
)

// usual is the setting that every cell of a scenario with a single server has.
func (x *expansion) usual() []axis {
	if !x.only {
		return nil
	}
	f, _ := plan.FactorNamed("server")
	return []axis{{factor: f, values: []value{{v: onlyServer}}}}
}

// named reports servers that cells name and the scenario does not have.
func (x *expansion) named() bool {
	before := len(x.errors)
	all := [][]axis{x.Matrix.axes, x.Load.axes}
	for _, list := range [][]single{x.Cases, x.Exclude} {
		for _, s := range list {
			all = append(all, s.axes)
		}
	}
	for _, axes := range all {
		if a := axisOf(axes, "server"); a != nil {
			x.check(a, x.log)
		}
	}
	if a := axisOf(x.set, "server"); a != nil {
		set := &log{file: "--set server"}
		x.check(a, set)
		x.errors = append(x.errors, set.errors...)
	}
	return len(x.errors) == before
}

func (x *expansion) check(a *axis, l *log) {
	known := x.servers.known()
	for _, v := range a.values {
		if name, _ := v.v.(string); name != plan.Ours && x.servers.of[name] == nil {
			l.add(v.at, "%s", unknown("server", name, known))
		}
	}
}

// unused reports servers that no cell has.
func (ps programs) unused(l *log, cells []plan.Values) {
	used := map[string]bool{}
	for _, v := range cells {
		used[v.Text("server")] = true
	}
	for _, n := range ps.names {
		if !used[n.text] {
			l.add(n.at, "no cell has server %s; name it in a matrix or a case", n.text)
		}
	}
}

// reachable reports targets with a host that their cells' networks do not have:
// a server stands in its network's namespace, under that network's address.
func (ps programs) reachable(l *log, cells []plan.Values) {
	for _, n := range ps.names {
		target := ps.of[n.text].Target
		for _, v := range cells {
			if v.Text("server") != n.text || strings.Contains(target.text, "{host}") {
				continue
			}
			onLink := strings.Contains(target.text, linkHost)
			if network := v.Text("network"); onLink == (network == "loopback") {
				l.add(target.at, "nothing is reached at %s on network %s; write {host} for the host", target.text, network)
				break
			}
		}
	}
}
