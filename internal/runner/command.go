package runner

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/pushbench/pushbench/internal/plan"
)

// Self returns the command that starts this program in a role.
func Self() (Command, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return func(role string, _ plan.Cell) *exec.Cmd {
		cmd := exec.Command(exe, role, "--trial")
		cmd.Args[0] = os.Args[0]
		return cmd
	}, nil
}

// command makes the child for a role and gives it as many running threads as it
// has use for on its one core: a second one under a timed load, since the pacer
// sleeps in the kernel and would keep the only one from the writers.
func (r *Runner) command(role string, c plan.Cell) *exec.Cmd {
	cmd := r.Command(role, c)
	if program := r.Run.Manifest.Plan.ArmOf(c).Program; program != "" && role == "serve" {
		if !filepath.IsAbs(program) {
			program = filepath.Join(r.Run.Dir, program)
		}
		cmd.Path, cmd.Err = program, nil
	}
	if r.Pins == Unpinned || role == superviseRole { // whose environment is the user's server's
		return cmd
	}
	threads := 1
	if role == "serve" && c.Timed() {
		threads = 2
	}
	cmd.Env = append(cmd.Environ(), "GOMAXPROCS="+strconv.Itoa(threads))
	return cmd
}
