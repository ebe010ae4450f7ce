package verdict

import (
	"math"
	"testing"

	"github.com/pushbench/pushbench/results"
)

func about(v, width float64) results.Estimate {
	lo, hi := v-width, v+width
	return results.Estimate{Median: v, Lo: &lo, Hi: &hi}
}

// Where the base passes a value the other figure is read off between the same two
// points, and its interval covers what is not known of either.
func TestMeet(t *testing.T) {
	twins := []twin{
		{0, about(0, 0.1), about(5, 0)},
		{10, about(2, 0.1), about(5, 0)},
		{20, about(4, 0.1), about(9, 1)},
	}
	at, own, ok := meet(twins, 3)
	if !ok || at != 15 || own.Median != 7 {
		t.Fatalf("%v, %+v, %v", at, own, ok)
	}
	// The base's bounds pass 3 at 0.45 and 0.55 of the way.
	if math.Abs(*own.Lo-(5+0.45*3)) > 1e-9 || math.Abs(*own.Hi-(5+0.55*5)) > 1e-9 {
		t.Errorf("%v to %v", *own.Lo, *own.Hi)
	}
	if _, _, ok := meet(twins, 7); ok {
		t.Error("a value was met that the base never has")
	}
	twins[2].own.Lo = nil
	if _, own, _ := meet(twins, 3); own.Lo != nil || own.Hi != nil {
		t.Error("an interval was made of none")
	}
	if n := nearest(twins, 3.4); n.x != 20 {
		t.Errorf("nearest at %v", n.x)
	}
}

// A claimed figure stands for what rounds to it.
func TestRounded(t *testing.T) {
	for _, c := range []struct {
		e    results.Estimate
		want Answer
	}{
		{about(28, 0.01), Yes},
		{about(28.6, 0.2), Yes},
		{about(28.6, 0.05), No},
		{about(20, 1), No},
		{about(28, 14), Open},
		{results.Estimate{Median: 28}, Open},
	} {
		if k := rounded("it", c.e, 28, 0.5); k.Answer != c.want {
			t.Errorf("%v (%v to %v): %v, want %v", c.e.Median, c.e.Lo, c.e.Hi, k.Answer, c.want)
		}
	}
}
