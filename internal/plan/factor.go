// Package plan holds what is to be measured: cells of factors, how long each
// runs, what is compared and what is drawn. It is pure data that every later
// stage (runner, results, charts) reads; package scenarios makes it.
package plan

// A Kind says how a factor's value is written and stored.
type Kind int

// The kinds. Stored values are JSON scalars in base units.
const (
	Enum     Kind = iota // one of Factor.Values; stored as a string
	Name                 // any word, such as a network profile; stored as a string
	Bool                 // stored as a bool
	Count                // a whole number; stored as a float64
	Size                 // bytes; stored as a float64
	Duration             // seconds; stored as a float64
	Rate                 // events per second; stored as a float64
	Share                // a fraction from 0 to 1; stored as a float64
)

// A Factor is one thing a cell can vary.
type Factor struct {
	Name    string
	Kind    Kind
	Values  []string // of an Enum, in the order people should see them
	Default any      // what a cell has when the scenario says nothing
	Min     float64  // least allowed value of a number
	Max     float64  // largest allowed value of a number; 0 is no limit
	Doc     string   // one sentence for the schema and the reference
}

// Factors lists every factor in the order used in cell identities and tables.
// A default never changes: identities leave out values that equal it, so that
// a new factor leaves stored identities as they were.
var Factors = []Factor{
	{Name: "transport", Kind: Enum, Values: []string{"tcp"}, Default: "tcp", Doc: "How one message travels on one connection."},
	{Name: "strategy", Kind: Name, Default: "direct", Doc: "How bytes reach the kernel."},
	{Name: "flush", Kind: Enum, Values: []string{"each", "full", "idle", "window"}, Default: "each", Doc: "When held bytes are handed on: after each message, when the buffer is full, when nothing waits, or after bytes or time, whichever is first."},
	{Name: "buffer", Kind: Size, Default: float64(4096), Min: 16, Max: 64 << 20, Doc: "Bytes the strategy holds back before it writes."},
	{Name: "window", Kind: Duration, Default: 0.005, Min: 1e-6, Max: 60, Doc: "The longest time flush=window holds a byte."},
	{Name: "threshold", Kind: Size, Default: float64(0), Max: 64 << 20, Doc: "Bytes at which flush=window flushes early; 0 is the buffer size."},
	{Name: "message", Kind: Size, Default: float64(64), Min: 16, Max: 16 << 20, Doc: "Payload bytes of a message, its 16-byte header included."},
	{Name: "nodelay", Kind: Bool, Default: true, Doc: "TCP_NODELAY on the writer's socket; Go turns it on by default."},
	{Name: "sndbuf", Kind: Size, Default: float64(0), Max: 1 << 30, Doc: "SO_SNDBUF on the writer's socket; 0 leaves it to the kernel."},
	{Name: "congestion", Kind: Name, Default: "cubic", Doc: "TCP congestion control of the writer's socket."},
	{Name: "read_size", Kind: Size, Default: float64(256 << 10), Min: 1, Max: 64 << 20, Doc: "Bytes the reader asks for in one read call."},
	{Name: "network", Kind: Name, Default: "loopback", Doc: "Where the bytes travel: loopback, veth, or a profile's name."},
	{Name: "load", Kind: Enum, Values: []string{"saturate", "rate"}, Default: "saturate", Doc: "As fast as accepted, or an open loop at a given rate."},
	{Name: "arrival", Kind: Enum, Values: []string{"constant", "poisson"}, Default: "constant", Doc: "How intended send times of load=rate are spaced."},
	{Name: "rate", Kind: Rate, Default: float64(1000), Min: 1e-3, Max: 1e8, Doc: "Messages per second on each connection under load=rate."},
	{Name: "connections", Kind: Count, Default: float64(1), Min: 1, Max: 100000, Doc: "Concurrent connections, each with a stream of its own."},
}

// FactorNamed returns the factor of that name.
func FactorNamed(name string) (Factor, bool) {
	for _, f := range Factors {
		if f.Name == name {
			return f, true
		}
	}
	return Factor{}, false
}
