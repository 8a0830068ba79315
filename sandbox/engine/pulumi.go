package engine

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/rogpeppe/go-internal/lockedfile"
)

// PulumiVersion is the release of the Pulumi CLI that the project is built and
// tested with: the one that tools/go.mod pins.
const PulumiVersion = "3.259.0"

// FindPulumi finds a Pulumi CLI that is new enough: the one at path when it is
// given, else the one on PATH, else the one built before into cache. When there
// is none it builds it from the module in toolsDir, or from the copy of that
// module in this package when toolsDir is empty, saying so on log. Processes that
// need the same one at once build it once.
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
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lockedfile.MutexAt(root + ".lock").Lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if cmd, err := command(root); err == nil {
		return cmd, nil // Another process has built it meanwhile.
	}
	if toolsDir == "" {
		if toolsDir, err = unpackModule(); err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(toolsDir) }()
	}
	if err := build(ctx, root, toolsDir, log); err != nil {
		return nil, err
	}
	return command(root)
}

// module is a copy of the module in the folder tools, go.mod and go.sum, for
// those who import this package and have no such folder. Go embeds no file of
// that name.
//
//go:embed cli/go.mod.txt cli/go.sum.txt
var module embed.FS

// unpackModule writes the module into a new folder.
func unpackModule() (string, error) {
	dir, err := os.MkdirTemp("", "slipway-tools")
	if err != nil {
		return "", err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := module.ReadFile("cli/" + name + ".txt")
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return "", errors.Join(err, os.RemoveAll(dir))
		}
	}
	return dir, nil
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
