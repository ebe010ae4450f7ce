package doctor

import "slices"

// anyNetwork is the feature without which there is loopback alone.
const anyNetwork = "network namespaces"

// gates says what `pushbench gate` can hold to what here: the least needs no
// rights, and the features that need some add to it.
func gates(networks []Feature) Check {
	c := Check{
		Name: "gate", State: OK, Found: "counts, processor time, speed and latency, on every network",
		Means: "a gate takes cells on loopback, and with --all-networks the others too",
	}
	i := slices.IndexFunc(networks, func(f Feature) bool { return f.Name == anyNetwork })
	if i < 0 || networks[i].Reason != "" {
		c.State, c.Found = Limited, "counts, processor time, speed and latency, on loopback"
		c.Means = "a gate works without rights; segments and wire bytes of real packets, and cells on other networks, are left out"
		c.Remedy = unsupported
		if i >= 0 {
			c.Remedy = networks[i].Reason
		}
	}
	return c
}
