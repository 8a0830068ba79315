package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/stacks/platform"
)

// run is one verb on one environment.
type run struct {
	flags       *flags
	name        string
	config      platform.Environment
	environment engine.Environment
	out, err    io.Writer
}

func verb(f *flags, name, short string, do func(context.Context, *run) error) *cobra.Command {
	return &cobra.Command{
		Use:   name + " ENVIRONMENT",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := prepare(cmd, f, args[0])
			if err != nil {
				return err
			}
			return do(cmd.Context(), r)
		},
	}
}

// prepare reads the environment's configuration before anything is made, so
// that a mistake in it leaves everything as it was.
func prepare(cmd *cobra.Command, f *flags, name string) (*run, error) {
	r := &run{flags: f, name: name, out: cmd.OutOrStdout(), err: cmd.ErrOrStderr()}
	file, err := r.configFile()
	if err != nil {
		return nil, err
	}
	if r.config, err = platform.ReadFile(file); err != nil {
		return nil, err
	}
	for _, name := range f.real {
		if name != "eks" {
			return nil, fmt.Errorf("--real names the package %q: only eks can be the genuine one, because a sandbox never changes a real account", name)
		}
	}
	where, err := r.engineLocation()
	if err != nil {
		return nil, err
	}
	caller := f.caller
	if caller == "" {
		caller = r.config.DeployerRoleARN
	}
	// Pulumi runs in the copy of the project.
	packs := make([]string, len(f.packs))
	for i, path := range f.packs {
		if packs[i], err = filepath.Abs(path); err != nil {
			return nil, err
		}
	}
	r.environment = engine.Environment{
		Name: name, Dir: filepath.Join(f.root, f.dir, name), ProjectDir: f.root,
		Program: platform.Deploy, AccountID: r.config.AccountID, Caller: caller, Engine: where,
		RealEKS: len(f.real) > 0, PolicyPacks: packs, Out: r.out, Err: r.err,
	}
	return r, nil
}

func (r *run) configFile() (string, error) {
	if _, err := os.Stat(filepath.Join(r.flags.root, "Pulumi.yaml")); err != nil {
		return "", fmt.Errorf("no Pulumi.yaml in %s: run this in the project's folder, or name it with --root", r.flags.root)
	}
	files, err := filepath.Glob(filepath.Join(r.flags.root, "stacks", "Pulumi.*.yaml"))
	if err != nil {
		return "", err
	}
	var known []string
	for _, file := range files {
		name := platform.StackOf(file)
		if name == r.name {
			return file, nil
		}
		known = append(known, name)
	}
	slices.Sort(known)
	return "", fmt.Errorf("environment %q: there is no stacks/Pulumi.%s.yaml; known are %s", r.name, r.name, strings.Join(known, ", "))
}

// engineLocation is where the engine pretends to run: as the flags say, else as
// the environment's configuration says, at an address its endpoint admits.
func (r *run) engineLocation() (kube.Engine, error) {
	location := kube.Location(r.flags.engine)
	if location == "" {
		location = kube.Location(r.config.Engine.Location)
	}
	switch location {
	case kube.Outside, kube.InVPC, kube.Proxy:
	default:
		return kube.Engine{}, fmt.Errorf("--engine is %q: want outside, vpc or proxy", r.flags.engine)
	}
	where := kube.Engine{Location: location}
	if r.flags.address != "" {
		var err error
		if where.Address, err = netip.ParseAddr(r.flags.address); err != nil {
			return where, fmt.Errorf("--address is %q: want an IP address", r.flags.address)
		}
		return where, nil
	}
	for _, cidr := range r.config.Cluster.PublicCIDRs {
		if prefix, err := netip.ParsePrefix(cidr); err == nil {
			where.Address = prefix.Addr()
			return where, nil
		}
	}
	where.Address = netip.MustParseAddr("192.0.2.1")
	return where, nil
}

// open opens the environment for a verb that changes something.
func (r *run) open(ctx context.Context) (*engine.Session, error) {
	tools, err := filepath.Abs(filepath.Join(r.flags.root, "tools"))
	if err != nil {
		return nil, err
	}
	r.environment.Pulumi, err = engine.FindPulumi(ctx, r.flags.pulumi, filepath.Join(r.flags.root, r.flags.dir), tools, r.err)
	if err != nil {
		return nil, err
	}
	s, err := r.environment.Open(ctx)
	if errors.Is(err, cloud.ErrInUse) {
		return nil, fmt.Errorf("%w: stop the other sandbox command of %s (%s)", err, r.name, r.holder())
	}
	return s, err
}
