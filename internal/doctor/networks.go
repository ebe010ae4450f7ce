package doctor

func namespaces(rights error, user bool) Check {
	c := Check{Name: "network namespaces", State: OK, Found: "may be made", Means: "server and generator can stand on networks of their own"}
	switch {
	case rights != nil:
		c = absent(c.Name, rights, "network loopback alone: nothing about Nagle, segments or real links can be said", "run as root, or allow user namespaces: sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0")
	case user:
		c.Found = "may be made, inside a user namespace"
	}
	return c
}

// try makes a check of something that is there if making it works.
func try(name string, make func() error, rights error, means, without, remedy string) Check {
	if rights != nil {
		return Check{Name: name, State: Missing, Found: "not tried: it needs network namespaces", Means: without, Remedy: "see network namespaces"}
	}
	if err := make(); err != nil {
		return absent(name, err, without, remedy)
	}
	return Check{Name: name, State: OK, Found: "made and removed one", Means: means}
}

func veth(make func() error, rights error) Check {
	return try("veth", make, rights,
		"network veth: MTU 1500, so that Nagle, segments and wire bytes can be measured",
		"no network veth: the nodelay scenario cannot run", "modprobe veth")
}

func tun(make func() error, rights error) Check {
	return try("TUN", make, rights,
		"emulated networks of backend user: delay, loss, rate and queue without sch_netem",
		"no emulated networks of backend user", "modprobe tun; a container needs --device /dev/net/tun")
}

func schNetem(make func() error, rights error) Check {
	c := try("sch_netem", make, rights,
		"emulated networks of backend tc, by the kernel",
		"no emulated networks of backend tc; auto takes backend user", "modprobe sch_netem (package linux-modules-extra on some systems)")
	if c.State == Missing && rights == nil {
		c.State = Limited // there is the other backend
	}
	return c
}
