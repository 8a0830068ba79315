package karpenter

import (
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/internal/check"
)

func TestPoolValidation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*Pool)
		want   []string
	}{
		"sound":                {func(*Pool) {}, nil},
		"nothing at all":       {func(p *Pool) { *p = Pool{} }, []string{"InstanceTypes is required", "CPU is 0", "MemoryGiB is 0"}},
		"a misspelt type":      {func(p *Pool) { p.InstanceTypes = []string{"m7g.lage"} }, []string{`InstanceTypes is "m7g.lage": want a type that the table of package instances knows; did you mean m7g.large?`}},
		"another capacity":     {func(p *Pool) { p.Capacity = []Capacity{"reserved"} }, []string{`Capacity is "reserved"`}},
		"an expiry in days":    {func(p *Pool) { p.ExpireAfter = "30d" }, []string{`ExpireAfter is "30d"`}},
		"no expiry":            {func(p *Pool) { p.ExpireAfter = "Never" }, nil},
		"a small volume":       {func(p *Pool) { p.VolumeGiB = 8 }, []string{"VolumeGiB is 8"}},
		"much weight":          {func(p *Pool) { p.Weight = 101 }, []string{"Weight is 101"}},
		"a budget of half":     {func(p *Pool) { p.Budgets = []Budget{{Nodes: "0.5"}} }, []string{`Budgets[0].Nodes is "0.5"`}},
		"a budget of all":      {func(p *Pool) { p.Budgets = []Budget{{Nodes: "100%"}} }, nil},
		"a budget of more":     {func(p *Pool) { p.Budgets = []Budget{{Nodes: "101%"}} }, []string{`Budgets[0].Nodes is "101%"`}},
		"a time without end":   {func(p *Pool) { p.Budgets = []Budget{{Nodes: "0", Schedule: "@daily"}} }, []string{`Budgets[0].Duration is ""`}},
		"a day for a schedule": {func(p *Pool) { p.Budgets = []Budget{{Nodes: "0", Schedule: "monday", Duration: "8h"}} }, []string{`Budgets[0].Schedule is "monday"`}},
		"an unknown reason":    {func(p *Pool) { p.Budgets = []Budget{{Nodes: "0", Reasons: []string{"Expired"}}} }, []string{`Budgets[0].Reasons is "Expired"`}},
		"half a taint":         {func(p *Pool) { p.Taints = []Taint{{Effect: "Never"}} }, []string{"Taints[0].Key is required", `Taints[0].Effect is "Never"`}},
		"a label of others":    {func(p *Pool) { p.Labels = map[string]string{"karpenter.sh/nodepool": "x"} }, []string{"Labels has karpenter.sh/nodepool"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Pool{InstanceTypes: []string{"m7g.large"}, CPU: 8, MemoryGiB: 32}
			tc.change(&p)
			problems(t, p.Validate(), tc.want)
		})
	}
}

func TestValidation(t *testing.T) {
	t.Parallel()
	problems(t, Args{}.withDefaults().validate(strings.Repeat("k", maxName+1)), []string{
		`name is "kkk`,
		"Cluster.ClusterName", "Cluster.Provider", "Cluster.Ready", `Region is ""`, `AccountID is ""`, "SecurityGroupIDs is required", "Pools is required",
	})
	problems(t, Args{Region: "eu", AccountID: "1", Pools: map[string]Pool{"A": {}}}.withDefaults().validate("scale"), []string{
		"Cluster.ClusterName", "Cluster.Provider", "Cluster.Ready", `Region is "eu"`, `AccountID is "1"`, "SecurityGroupIDs is required",
		`Pools is "A"`, "Pools.A.InstanceTypes", "Pools.A.CPU", "Pools.A.MemoryGiB",
	})
}

func problems(t *testing.T, err error, want []string) {
	t.Helper()
	var got []string
	for _, p := range check.Problems(err) {
		got = append(got, p.Error())
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("problems are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
