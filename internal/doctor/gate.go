package doctor

// gates says what `pushbench gate` can hold to what here: the least needs no
// rights, and the features that need some add to it.
func gates(networks []Feature) Check {
	c := Check{
		Name: "gate", State: OK, Found: "counts, processor time, speed and latency, on every network",
		Means: "a gate takes cells on loopback, and with --all-networks the others too",
	}
	for _, f := range networks {
		if f.Reason != "" {
			c.State, c.Found = Limited, "counts, processor time, speed and latency, on loopback"
			c.Means = "a gate works without rights; segments and wire bytes of real packets, and cells on other networks, are left out"
			c.Remedy = f.Reason
			break
		}
	}
	return c
}
