package scenarios

import (
	"testing"
	"time"
)

func TestBuiltin(t *testing.T) {
	within := map[string]time.Duration{
		"reproduce-3.8x": 3 * time.Minute, "smoke": 8 * time.Second, "latency-vs-rate": 4 * time.Minute,
	}
	for _, name := range builtins() {
		s, err := Load(name)
		if err != nil {
			t.Errorf("%s:\n%v", name, err)
			continue
		}
		if s.Name != name {
			t.Errorf("%s.yaml is named %s", name, s.Name)
		}
		p, err := s.Plan(Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		times := Estimate(p)
		t.Logf("%s: %d cells, %v a block, %v to %v", name, len(p.Cells), times.Block, times.Least, times.Most)
		if most, ok := within[name]; ok && times.Most > most {
			t.Errorf("%s takes up to %v, want at most %v", name, times.Most, most)
		}
		quick, err := s.Plan(Options{Quick: true})
		if err != nil {
			t.Errorf("%s, quick: %v", name, err)
		}
		if q := Estimate(quick); q.Most > 55*time.Second {
			t.Errorf("%s, quick, takes up to %v", name, q.Most)
		}
	}
}
