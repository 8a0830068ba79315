//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// killGroup kills this process and the Pulumi CLI that it drives. Both are
// alone in their process group; see [run.sacrifice].
func killGroup() { _ = syscall.Kill(0, syscall.SIGKILL) }

// sacrifice runs the same command in a process group of its own, which can be
// killed as a whole without harm to whoever called.
func (r *run) sacrifice(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, append(os.Args[1:], "--"+expendableFlag)...)
	cmd.Stdout, cmd.Stderr = r.out, r.err
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
			return fmt.Errorf("killed, as asked: the stack is locked and may have pending operations; go on with `sandbox recover %s`", r.name)
		}
		return errors.New("the command failed; the reasons are above")
	}
	return err
}
