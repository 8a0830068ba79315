package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/spf13/cobra"

	"github.com/slipway-iac/slipway/reach"
	"github.com/slipway-iac/slipway/reach/capacity"
	"github.com/slipway-iac/slipway/reach/flow"
	"github.com/slipway-iac/slipway/sandbox/engine"
)

// asking is what the verb reach is asked.
type asking struct {
	from, to, port      string
	all, capacity, json bool
}

func reachCommand(f *flags) *cobra.Command {
	var a asking
	c := verb(f, "reach", "Tell who reaches whom, and why", func(ctx context.Context, r *run) error { return r.reach(ctx, a) })
	c.Long = "Tell who reaches whom in an environment, and by which path, or what stops it.\n" +
		"Where nothing exists yet it is what a preview plans.\n\n" +
		"An end is internet, public, nodes, pods, control-plane, endpoints, data, nat, load-balancers, hosts, resolver,\n" +
		"tier:TIER, namespace:NAME, service:s3, tag:KEY=VALUE, a range of addresses, the name of a resource, or NAMESPACE/NAME\n" +
		"of a workload or a Service of Kubernetes."
	c.Flags().StringVar(&a.from, "from", "", "who opens the connection")
	c.Flags().StringVar(&a.to, "to", "", "to whom")
	c.Flags().StringVar(&a.port, "port", "all", "on which ports: 5432, 443,8000-8999, udp/53, icmp, all")
	c.Flags().BoolVar(&a.all, "all", false, "every group to every other, and the assertions that hold for every environment; the default without --from and --to")
	c.Flags().BoolVar(&a.capacity, "capacity", false, "how far the node groups can grow before addresses run out; fails when that is before their maximum")
	c.Flags().BoolVar(&a.json, "json", false, "print JSON")
	return c
}

func (r *run) reach(ctx context.Context, a asking) error {
	a.all = a.all || a.from == "" && a.to == "" && !a.capacity
	what, err := flow.Parse(a.port)
	if err != nil {
		return fmt.Errorf("--port: %w", err)
	}
	if !a.all && !a.capacity && (a.from == "" || a.to == "") {
		return fmt.Errorf("a question has two ends: give --from and --to, or --all")
	}
	// What the engine prints of a preview is not the answer.
	r.environment.Out, r.environment.Err = nil, nil
	var state apitype.UntypedDeployment
	if r.askServer(ctx, exportPath, &state) {
		resources, err := reach.FromState(state.Deployment)
		if err == nil && len(resources) < 2 {
			err = fmt.Errorf("nothing of %s exists yet, and no preview can be asked while %s runs: run pulumi up first, or end it", r.name, r.holder())
		}
		if err != nil {
			return err
		}
		return r.tell(reach.New(resources), a, what)
	}
	return with(ctx, r, func(s *engine.Session) error {
		resources, err := r.known(ctx, s)
		if err != nil {
			return err
		}
		return r.tell(reach.New(resources), a, what)
	})
}

// tell answers what is asked of a network.
func (r *run) tell(n *reach.Network, a asking, what flow.Set) error {
	switch {
	case a.capacity && a.json:
		return r.printJSON(capacity.Of(n))
	case a.capacity:
		if err := capacity.Of(n).Write(r.out); err != nil {
			return err
		}
		return reach.Err(n.Check(capacity.Standing()...))
	case a.all:
		return r.answerAll(n, a.json)
	}
	return r.answer(n, a, what)
}

// known are the resources that exist, or else those that a preview plans.
func (r *run) known(ctx context.Context, s *engine.Session) ([]reach.Resource, error) {
	state, err := s.Stack.Export(ctx)
	if err != nil {
		return nil, err
	}
	resources, err := reach.FromState(state.Deployment)
	if err != nil || len(resources) > 1 {
		return resources, err // One is the stack itself.
	}
	fmt.Fprintf(r.err, "Nothing of %s exists yet: this is what a preview plans.\n", r.name)
	dir, err := os.MkdirTemp("", "reach")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "plan.json")
	if _, err := s.Stack.Preview(ctx, optpreview.Plan(file)); err != nil {
		return nil, err
	}
	plan, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return reach.FromPlan(plan)
}

func (r *run) answer(n *reach.Network, a asking, what flow.Set) error {
	from, err := reach.ParseEndpoint(a.from)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	to, err := reach.ParseEndpoint(a.to)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	result, err := n.From(from).Over(what).To(to)
	switch {
	case err != nil:
		return err
	case a.json:
		return r.printJSON(result)
	}
	return result.Write(r.out)
}

// answerAll prints the matrix, and fails when one of the standing assertions
// does not hold.
func (r *run) answerAll(n *reach.Network, asJSON bool) error {
	matrix, err := n.Matrix()
	if err != nil {
		return err
	}
	standing := append(n.Standing(), capacity.Standing()...)
	findings := n.Check(standing...)
	if asJSON {
		return r.printJSON(struct {
			Matrix   reach.Matrix    `json:"matrix"`
			Findings []reach.Finding `json:"findings"`
			Gaps     []string        `json:"gaps"`
		}{matrix, findings, n.Gaps()})
	}
	if err := matrix.Write(r.out); err != nil {
		return err
	}
	for _, gap := range n.Gaps() {
		fmt.Fprintf(r.out, "\nNot known: %s\n", gap)
	}
	for _, problem := range capacity.Of(n).Problems {
		fmt.Fprintf(r.out, "\nNot counted: %s\n", problem)
	}
	if err := reach.Err(findings); err != nil {
		return fmt.Errorf("%d findings:\n%w", len(findings), err)
	}
	fmt.Fprintf(r.out, "\nAll %d standing assertions hold:\n", len(standing))
	for _, a := range standing {
		fmt.Fprintf(r.out, "  %s\n", a)
	}
	return nil
}

func (r *run) printJSON(v any) error {
	e := json.NewEncoder(r.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
