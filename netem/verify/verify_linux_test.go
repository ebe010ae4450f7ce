package verify

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// quick is a network whose verification takes a few seconds, and slow enough for the
// guest kernel to send what finds the losses.
func quick() *profile.Profile {
	all, err := profile.Read("quick", []byte("name: quick\nrtt: 60ms\nboth: {rate: 2Mbit, loss: 5%}"), nil)
	if err != nil {
		panic(err)
	}
	return all[0]
}

// need skips or fails where the machine lacks what a backend needs.
func need(t *testing.T, backend string) {
	t.Helper()
	link, err := netem.Open(&profile.Profile{Name: "need"}, netem.Options{Backend: backend})
	if err != nil {
		if backend == netem.TC {
			testenv.NeedKernel(t, "backend "+backend, err)
		}
		testenv.Need(t, "backend "+backend, err)
	}
	link.Close()
}

// On a busy machine a link may be off, but not three times running.
func TestLinksAreWhatProfilesAsk(t *testing.T) {
	profiles := []*profile.Profile{quick()}
	if os.Getenv("PUSHBENCH_VERIFY") == "all" { // the guest's list
		for _, name := range []string{"wpt-3g", "devtools-fast4g", "bufferbloat"} {
			p, err := profile.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			profiles = append(profiles, p)
		}
	}
	for _, backend := range []string{netem.User, netem.TC} {
		for _, p := range profiles {
			t.Run(backend+"/"+p.Name, func(t *testing.T) {
				need(t, backend)
				var r *Result
				for range 3 {
					var err error
					if r, err = Profile(t.Context(), p, netem.Options{Backend: backend}); err != nil {
						t.Fatal(err)
					}
					if r.OK {
						break
					}
					t.Log(r.Err())
				}
				if !r.OK || r.Backend != backend || len(r.Checks) < 4 {
					t.Errorf("%+v", r)
				}
			})
		}
	}
}

// A link that has not the profile's delay, rate and loss is found out,
// and the way back, which has them, is not blamed.
func TestWrongLinkIsFound(t *testing.T) {
	need(t, netem.User)
	other := quick()
	other.Down.Delay += 10 * time.Millisecond
	other.Down.Rate /= 2
	other.Down.Loss.Random = 0.3
	link, err := netem.Open(other, netem.Options{Backend: netem.User})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	link.Profile = quick()
	// As above: on a busy machine the way back may be off too, but not three
	// times running.
	var r *Result
	for range 3 {
		if r, err = measure(t.Context(), link); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Name == "up_"+Loss && !c.OK }) {
			break
		}
	}
	for _, c := range r.Checks {
		switch c.Name {
		case RTTMedian, RTTDistance, Goodput, Loss:
			if c.OK {
				t.Errorf("%s passed with %g, asked for %g", c.Name, c.Measured, c.Asked)
			}
		case "up_" + Loss:
			if !c.OK {
				t.Errorf("%s is as asked, but failed with %g, asked for %g ± %g", c.Name, c.Measured, c.Asked, c.Tolerance)
			}
		}
	}
	var e *Error
	if !errors.As(r.Err(), &e) || e.Result != r {
		t.Errorf("error %v", r.Err())
	}
}

func TestCacheKeepsGoodResults(t *testing.T) {
	c := Cache{Dir: t.TempDir(), Kernel: "6.1"}
	p, o := quick(), netem.Options{Backend: netem.User}
	path, err := c.path(p, o)
	if err != nil {
		t.Fatal(err)
	}
	good := &Result{Profile: p.Name, When: time.Now(), OK: true}
	if err := c.store(path, good); err != nil {
		t.Fatal(err)
	}
	r, fresh, err := c.Profile(t.Context(), p, o)
	if err != nil || fresh || r.Profile != p.Name {
		t.Errorf("%+v, fresh %v, %v", r, fresh, err)
	}
	for name, change := range map[string]func(c *Cache, p *profile.Profile, o *netem.Options){
		"kernel":  func(c *Cache, _ *profile.Profile, _ *netem.Options) { c.Kernel = "6.2" },
		"profile": func(_ *Cache, p *profile.Profile, _ *netem.Options) { p.Down.Delay++ },
		"backend": func(_ *Cache, _ *profile.Profile, o *netem.Options) { o.Backend = netem.TC },
	} {
		c, p, o := c, quick(), o
		change(&c, p, &o)
		if other, err := c.path(p, o); err != nil || other == path {
			t.Errorf("another %s has the same place (%v)", name, err)
		}
	}
	for name, r := range map[string]*Result{
		"old": {When: time.Now().Add(-25 * time.Hour), OK: true},
		"bad": {When: time.Now()},
	} {
		if err := c.store(path, r); err != nil {
			t.Fatal(err)
		}
		if c.load(path) != nil {
			t.Errorf("a result that is %s was taken", name)
		}
	}
}
