//go:build linux && !(amd64 || arm64 || riscv64 || ppc64le || loong64)

package probe

import "errors"

// programs is for architectures that the programs are not compiled for.
func programs(...string) func(Options) (source, error) {
	return func(Options) (source, error) {
		return nil, errors.New("no programs are compiled for this architecture")
	}
}
