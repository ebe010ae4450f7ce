package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// A Cache keeps results of links that were as asked for, one file each, by
// profile, backend and kernel.
type Cache struct {
	Dir    string
	Kernel string        // release; another kernel is another link
	MaxAge time.Duration // 0 is a day
}

// version changes when what is verified does.
const version = 1

// DefaultCache lies where the user's caches lie.
func DefaultCache() (Cache, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return Cache{}, err
	}
	return Cache{Dir: filepath.Join(dir, "pushbench", "netem"), Kernel: netem.Kernel()}, nil
}

// Profile is like the function Profile, but returns a result that is there and
// recent, with fresh=false.
func (c Cache) Profile(ctx context.Context, p *profile.Profile, o netem.Options) (r *Result, fresh bool, err error) {
	path, err := c.path(p, o)
	if err != nil {
		return nil, false, err
	}
	if r := c.load(path); r != nil {
		return r, false, nil
	}
	if r, err = Profile(ctx, p, o); err != nil {
		return nil, false, err
	}
	if r.OK {
		err = c.store(path, r)
	}
	return r, true, err
}

func (c Cache) path(p *profile.Profile, o netem.Options) (string, error) {
	backend, err := o.Choose(p)
	if err != nil {
		return "", err
	}
	key, err := json.Marshal([]any{version, p, backend, c.Kernel})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(key)
	return filepath.Join(c.Dir, p.Name+"-"+hex.EncodeToString(sum[:8])+".json"), nil
}

// load returns nil for whatever is not a good recent result: it is made again.
func (c Cache) load(path string) *Result {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	r := &Result{}
	age := c.MaxAge
	if age == 0 {
		age = 24 * time.Hour
	}
	if json.Unmarshal(data, r) != nil || !r.OK || time.Since(r.When) > age {
		return nil
	}
	return r
}

// store replaces the file at once, as another process may read it.
func (c Cache) store(path string, r *Result) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return fmt.Errorf("keep the verification: %w", err)
	}
	tmp, err := os.CreateTemp(c.Dir, ".new-*")
	if err != nil {
		return fmt.Errorf("keep the verification: %w", err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(data); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
