package scenarios

import (
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// most of an injection: what would stall a server is no slow-down.
const (
	mostSpin  = 1       // seconds
	mostShare = 10      // of the time of a batch
	mostAlloc = 1 << 20 // bytes
	mostFlush = 10      // seconds
	mostWrite = 1e9     // messages
)

// ParseInjection reads what a server shall do worse: write=100, spin=200ns or
// spin=5%, alloc=64B, flush=1ms, several with commas between them.
func ParseInjection(text string) (in plan.Injection, err error) {
	seen := map[string]bool{}
	for _, part := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return in, fmt.Errorf("%.60q is no injection; write one such as write=100, spin=200ns, spin=5%%, alloc=64B or flush=1ms", part)
		}
		if seen[name] {
			return in, fmt.Errorf("%s is given twice", name)
		}
		seen[name] = true
		if err := inject(&in, name, value); err != nil {
			return in, fmt.Errorf("%.60s: %w", part, err)
		}
	}
	return in, nil
}

func inject(in *plan.Injection, name, text string) error {
	parse := func(d quantity.Dimension, most float64) (float64, error) {
		x, err := d.Parse(text)
		if err == nil && (x == 0 || x > most) {
			err = fmt.Errorf("more than nothing and at most %s is meant", d.Format(most))
		}
		return x, err
	}
	switch name {
	case "write":
		x, err := parse(quantity.Count, mostWrite)
		in.Write = int(x)
		return err
	case "alloc":
		x, err := parse(quantity.Bytes, mostAlloc)
		in.Alloc = int(x)
		return err
	case "flush":
		x, err := parse(quantity.Time, mostFlush)
		in.Flush = plan.Seconds(x)
		return err
	case "spin":
		if strings.HasSuffix(text, "%") {
			x, err := parse(quantity.Share, mostShare)
			in.Share = x
			return err
		}
		x, err := parse(quantity.Time, mostSpin)
		in.Spin = plan.Seconds(x)
		return err
	}
	return fmt.Errorf("nothing is called so; there are write, spin, alloc and flush")
}
