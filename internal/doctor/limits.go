package doctor

import "fmt"

// What the largest built-in scenario asks for.
const (
	manyConnections  = 10000
	memoryFor10000   = 1 << 30
	descriptorsSpare = 32 // standard streams, files of the run, the runtime's own
)

func memory(available int64, err error) Check {
	const name = "memory"
	if err != nil {
		return absent(name, err, "what fits is not known; 10,000 connections take up to 1 GiB", "")
	}
	c := Check{Name: name, State: OK, Found: fmt.Sprintf("%.1f GiB available", float64(available)/(1<<30)), Means: "room for 10,000 connections"}
	if available < memoryFor10000 {
		c.State = Limited
		c.Means = "10,000 connections take up to 1 GiB: ask for fewer, or swapping is what gets measured"
		c.Remedy = "end other programs, or raise the memory limit of the container"
	}
	return c
}

// openFiles judges the hard limit: the program raises its soft one by itself.
func openFiles(hard uint64, err error) Check {
	const name = "open files"
	if err != nil {
		return absent(name, err, "how many connections fit is not known", "")
	}
	room := max(int64(min(hard, 1<<40))-descriptorsSpare, 0)
	c := Check{Name: name, State: OK, Found: fmt.Sprintf("limit %d", hard), Means: fmt.Sprintf("up to %d connections a side", room)}
	if room < manyConnections {
		c.State = Limited
		c.Remedy = "raise the hard limit: `ulimit -Hn 65536` as root, LimitNOFILE= of the service, --ulimit of the container"
	}
	return c
}

func ports(n int, err error) Check {
	const name = "client ports"
	if err != nil {
		return absent(name, err, "how many connections one address can make is not known", "")
	}
	c := Check{Name: name, State: OK, Found: fmt.Sprint(n), Means: fmt.Sprintf("up to %d connections from one address to one server", n)}
	if n < manyConnections {
		c.State = Limited
		c.Remedy = "widen the range: sysctl net.ipv4.ip_local_port_range=\"10000 65000\""
	}
	return c
}
