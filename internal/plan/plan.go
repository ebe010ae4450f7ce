package plan

// A Plan is a resolved scenario: everything a run needs, and nothing about the
// machine. It is stored in the run's manifest, from which the run can be resumed.
type Plan struct {
	Name    string    `json:"name"`
	Title   string    `json:"title"`
	Cells   []Cell    `json:"cells"`
	Measure Measure   `json:"measure"`
	Seed    uint64    `json:"seed"` // of the order within blocks and of arrival times
	Compare []Compare `json:"compare,omitempty"`
	Charts  []Chart   `json:"charts,omitempty"`
	// Gate holds the rules of the scenario; none leaves them to the gate.
	Gate []Rule `json:"gate,omitempty"`
	// Servers are the user's programs, by the value of factor "server".
	Servers map[string]Server `json:"servers,omitempty"`
	// Arms are programs that are measured against each other; Turns is nil
	// without them.
	Arms  []Arm  `json:"arms,omitempty"`
	Turns *Turns `json:"turns,omitempty"`
}

// Measure says how many blocks are run. A run stops at the first of: MinBlocks
// done and every compared interval within Until, MaxBlocks done, Budget spent.
type Measure struct {
	MinBlocks int     `json:"min_blocks"`
	MaxBlocks int     `json:"max_blocks"`
	Until     float64 `json:"until"` // half-width of an interval relative to its middle
	Budget    Seconds `json:"budget_seconds"`
}

// Compare asks for ratios of Metric to the cell that has Factor=Base and agrees
// on every other factor that applies to both.
type Compare struct {
	Group  string `json:"group,omitempty"` // empty: every group
	Factor string `json:"factor"`
	Base   any    `json:"base"`
	Metric string `json:"metric"`
}

// Chart asks for one picture.
type Chart struct {
	Kind   string  `json:"kind"`
	Group  string  `json:"group,omitempty"`  // empty: every group
	X      string  `json:"x,omitempty"`      // factor on the horizontal axis
	Series string  `json:"series,omitempty"` // factor that tells the lines apart
	Metric string  `json:"metric,omitempty"`
	Mark   float64 `json:"mark,omitempty"` // a horizontal line worth naming, such as 3.8
}
