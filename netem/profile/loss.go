package profile

// Loss loses packets. Its fields are the transition probabilities of a Markov
// chain, per packet; Random is the model without memory.
type Loss struct {
	Random         float64         `json:"random,omitempty"` // share of packets
	GilbertElliott *GilbertElliott `json:"gilbert_elliott,omitempty"`
	FourState      *FourState      `json:"four_state,omitempty"`
}

// GilbertElliott loses packets in bursts: a good state and a bad one, each with
// its own probability of loss. Elliott, "Estimates of error rates for codes on
// burst-noise channels", Bell System Technical Journal 42 (1963).
type GilbertElliott struct {
	P    float64 `json:"p"`    // from good to bad
	R    float64 `json:"r"`    // from bad to good
	Bad  float64 `json:"bad"`  // share lost while bad
	Good float64 `json:"good"` // share lost while good
}

// FourState is the model of Salsano and others, "Definition of a general and
// intuitive loss model for packet networks" (2009), in the notation of
// tc-netem(8): state 1 received, 2 received within a burst, 3 lost within a
// burst, 4 lost alone.
type FourState struct {
	P13 float64 `json:"p13"`
	P31 float64 `json:"p31"`
	P32 float64 `json:"p32"`
	P23 float64 `json:"p23"`
	P14 float64 `json:"p14"`
}

// Any tells whether packets are lost at all.
func (l Loss) Any() bool { return l != Loss{} }

// Share is the long-run share of packets lost.
func (l Loss) Share() float64 {
	switch {
	case l.GilbertElliott != nil:
		g := l.GilbertElliott
		bad := g.P / (g.P + g.R)
		return bad*g.Bad + (1-bad)*g.Good
	case l.FourState != nil:
		return l.FourState.share()
	}
	return l.Random
}

// share solves the balance of the chain. With weight 1 in state 1, state 4 has
// p14 (it always returns to 1); states 2 and 3 exchange p23·w2 = p32·w3, and
// what enters 3 from 1 leaves it again: p13 = p31·w3.
func (f *FourState) share() float64 {
	w3, w2 := 0.0, 0.0
	if f.P13 > 0 {
		w3 = f.P13 / f.P31
	}
	if w3 > 0 && f.P32 > 0 {
		w2 = f.P32 * w3 / f.P23
	}
	return (w3 + f.P14) / (1 + w2 + w3 + f.P14)
}
