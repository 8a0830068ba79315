package main

import (
	"github.com/spf13/cobra"
)

// flags are what every verb takes.
type flags struct {
	root    string
	dir     string
	pulumi  string
	caller  string
	engine  string
	address string
	real    []string
	// expendable says that this process has a process group of its own, for
	// faults that kill.
	expendable bool
	packs      []string
}

const expendableFlag = "expendable"

func command() *cobra.Command {
	f := &flags{}
	root := &cobra.Command{
		Use:           "sandbox",
		Short:         "Run an environment on the real Pulumi engine against a simulated AWS account",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	p := root.PersistentFlags()
	p.StringVar(&f.root, "root", ".", "the project: the folder with Pulumi.yaml")
	p.StringVar(&f.dir, "dir", ".sandbox", "where accounts and Pulumi's state are kept, relative to the project")
	p.StringVar(&f.pulumi, "pulumi", "", "a folder whose bin/pulumi is the CLI to use; by default the one on PATH, else one built from source")
	p.StringVar(&f.caller, "as", "", "ARN of the identity that deploys; by default the environment's deployer")
	p.StringVar(&f.engine, "engine", "", "where the engine runs: outside, vpc or proxy; by default as the environment says")
	p.StringVar(&f.address, "address", "", "the engine's public IP address; by default one that the environment's public endpoint admits")
	p.StringSliceVar(&f.real, "real", nil, "packages left to the plugin installed on this machine; eks is the only one that can be")
	p.BoolVar(&f.expendable, expendableFlag, false, "this process has a process group of its own")
	_ = p.MarkHidden(expendableFlag)
	p.StringSliceVar(&f.packs, "policy-pack", nil, "policy packs that preview and up check the environment with: folders or programs")
	root.AddCommand(
		faulty(f, "up", "Create or update an environment", up),
		faulty(f, "preview", "Show what up would do", preview),
		faulty(f, "refresh", "Bring Pulumi's state to what exists in the account", refresh),
		faulty(f, "destroy", "Delete an environment", destroy),
		verb(f, "recover", "Make an environment whole after an update that was killed or lost an answer", mend),
		serveCommand(f),
		stateCommand(f),
		exportCommand(f),
		reachCommand(f),
		timelineCommand(f),
		driftCommand(f),
	)
	return root
}
