package verdict

// A Place is where a claimed figure lies relative to what was measured.
type Place string

// The places. Unknown: there is no interval, it is too wide to tell, or a bound
// leaves it open.
const (
	Inside  Place = "inside"
	Below   Place = "measured below"
	Above   Place = "measured above"
	Unknown Place = "unknown"
)

// widest is the ratio of an interval's ends beyond which it settles nothing
// about a figure inside it: almost any claim would "hold".
const widest = 2

// A Figure is a claimed value beside what was measured for it.
type Figure struct {
	Where   string  `json:"where"`
	Claimed float64 `json:"claimed"`
	// Half is half a unit of the last place in which the claim is given: 3.8 may be
	// 3.75 or 3.85.
	Half     float64  `json:"half,omitempty"`
	Measured float64  `json:"measured"`
	Lo       *float64 `json:"lo"`
	Hi       *float64 `json:"hi"`
	// AtLeast and AtMost tell that the measured value is a bound, since the
	// reader limited the writer.
	AtLeast bool  `json:"at_least,omitempty"`
	AtMost  bool  `json:"at_most,omitempty"`
	Place   Place `json:"place"`
}

// placed returns the figure with its place.
func (f Figure) placed() Figure {
	switch {
	case f.Lo == nil || f.Hi == nil:
		f.Place = Unknown
	case *f.Lo > f.Claimed+f.Half && !f.AtMost:
		f.Place = Above
	case *f.Hi < f.Claimed-f.Half && !f.AtLeast:
		f.Place = Below
	case f.AtLeast || f.AtMost || *f.Hi > widest**f.Lo:
		f.Place = Unknown
	default:
		f.Place = Inside
	}
	return f
}

// judge weighs figures that are each a case of one claim: it holds if it does in
// every case, and holds when if it does in some. What no case supports is
// refuted only if every case could tell.
func judge(figures []Figure) string {
	n := map[Place]int{}
	for _, f := range figures {
		n[f.Place]++
	}
	switch {
	case len(figures) == 0:
		return Undecided
	case n[Inside] == len(figures):
		return Holds
	case n[Inside] > 0:
		return HoldsWhen
	case n[Unknown] > 0:
		return Undecided
	}
	return Fails
}
