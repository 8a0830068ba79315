package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// PulumiVersion is the release of the Pulumi CLI that the project is built and
// tested with: the one that tools/go.mod pins.
const PulumiVersion = "3.259.0"

// FindPulumi finds a Pulumi CLI that is new enough: the one at path when it is
// given, else the one on PATH, else the one built before into cache. When there
// is none it builds it from the module in toolsDir, saying so on log.
func FindPulumi(ctx context.Context, path, cache, toolsDir string, log io.Writer) (auto.PulumiCommand, error) {
	if path != "" {
		cmd, err := command(path)
		if err != nil {
			return nil, fmt.Errorf("the Pulumi CLI at %s cannot be used: %w; give the path of a folder whose bin/pulumi is %s or newer", path, err, PulumiVersion)
		}
		return cmd, nil
	}
	if cmd, err := command(""); err == nil {
		return cmd, nil
	}
	root := filepath.Join(cache, "pulumi-"+PulumiVersion)
	if cmd, err := command(root); err == nil {
		return cmd, nil
	}
	if err := build(ctx, root, toolsDir, log); err != nil {
		return nil, err
	}
	return command(root)
}

func command(root string) (auto.PulumiCommand, error) {
	if root != "" {
		var err error
		if root, err = filepath.Abs(root); err != nil {
			return nil, err
		}
	}
	cmd, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: root, Version: semver.MustParse(PulumiVersion)})
	if err != nil {
		return nil, err
	}
	if cmd.Version().Major != semver.MustParse(PulumiVersion).Major {
		return nil, fmt.Errorf("it is version %s", cmd.Version())
	}
	return cmd, nil
}

func build(ctx context.Context, root, toolsDir string, log io.Writer) error {
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("no Pulumi CLI %s or newer on PATH, and no Go to build it with: install either", PulumiVersion)
	}
	if _, err := os.Stat(filepath.Join(toolsDir, "go.mod")); err != nil {
		return fmt.Errorf("no Pulumi CLI %s or newer on PATH, and its source is not in %s: install Pulumi", PulumiVersion, toolsDir)
	}
	fmt.Fprintf(log, "No Pulumi CLI %s or newer on PATH. Building it once from source into %s: about three minutes on two cores.\n", PulumiVersion, root)
	output := filepath.Join(root, "bin", "pulumi")
	absolute, err := filepath.Abs(output)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(absolute), 0o755); err != nil {
		return err
	}
	// Built under another name first, so that a build that is cut off leaves no
	// half-written CLI behind.
	partial := absolute + ".partial"
	cmd := exec.CommandContext(ctx, "go", "build",
		"-ldflags", "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version="+PulumiVersion,
		"-o", partial, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi")
	cmd.Dir, cmd.Stdout, cmd.Stderr = toolsDir, log, log
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	if err := cmd.Run(); err != nil {
		return errors.Join(fmt.Errorf("building the Pulumi CLI: %w", err), os.Remove(partial))
	}
	return os.Rename(partial, absolute)
}
