package namespace

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/internal/check"
)

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	args := Args{
		Namespace: "kube-Shop", Level: "strict", Version: "1.35",
		Labels: map[string]string{"pod-security.kubernetes.io/enforce": "privileged"},
	}.withDefaults("shop")
	got := check.Problems(args.Validate())
	want := []string{"Cluster.ClusterName", "Cluster.Provider", "Cluster.Ready", "Namespace", "Namespace", "Level", "Version", "Labels"}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i, p := range got {
		if !strings.HasPrefix(p.Error(), want[i]+" ") {
			t.Errorf("problem %d is %q, want %q", i, p, want[i])
		}
	}
}

func TestLabelsLeavesTheArgumentsAlone(t *testing.T) {
	t.Parallel()
	args := Args{Labels: map[string]string{"team": "a"}}.withDefaults("shop")
	args.labels()
	if d := cmp.Diff(map[string]string{"team": "a"}, args.Labels); d != "" {
		t.Error(d)
	}
}

func TestGovernanceProblems(t *testing.T) {
	t.Parallel()
	some := Defaults{CPURequest: "100m", MemoryRequest: "128Mi", MemoryLimit: "256Mi"}
	for name, tc := range map[string]struct {
		args Args
		want []string
	}{
		"sound": {Args{
			ServiceCIDR: "172.20.0.0/16", Quota: map[string]string{"requests.cpu": "10", "limits.memory": "64Gi", "pods": "50"},
			Defaults: some, Groups: map[string]Role{"team:shop": Edit},
		}, nil},
		"ports and a range": {
			Args{OpenPorts: []int{80, 0}, ServiceCIDR: "172.20.0.0/16"}, []string{"OpenPorts is given with ServiceCIDR", "OpenPorts is 0"},
		},
		"no range":                 {Args{ServiceCIDR: "services"}, []string{"ServiceCIDR: "}},
		"a quota of much":          {Args{Quota: map[string]string{"pods": "many"}}, []string{`Quota.pods is "many"`}},
		"a quota of objects alone": {Args{Quota: map[string]string{"pods": "50"}}, nil},
		"a quota without defaults": {Args{Quota: map[string]string{"requests.memory": "64Gi"}}, []string{"Defaults is required"}},
		"a quota of limits of CPU": {Args{Quota: map[string]string{"limits.cpu": "10"}, Defaults: some}, []string{"Quota has limits.cpu"}},
		"half the defaults": {
			Args{Defaults: Defaults{CPURequest: "100m"}}, []string{`Defaults.MemoryRequest is ""`, `Defaults.MemoryLimit is ""`},
		},
		"a group of Kubernetes' own": {Args{Groups: map[string]Role{"system:masters": View}}, []string{`Groups is "system:masters"`}},
		"too strong a role":          {Args{Groups: map[string]Role{"team": "cluster-admin"}}, []string{`Groups.team is "cluster-admin"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := check.Problems(tc.args.withDefaults("shop").Validate())[3:] // The cluster's are three.
			if len(got) != len(tc.want) {
				t.Fatalf("problems are %q, want %q", got, tc.want)
			}
			for i, p := range got {
				if !strings.HasPrefix(p.Error(), tc.want[i]) {
					t.Errorf("problem %d is %q, want %q", i, p, tc.want[i])
				}
			}
		})
	}
}
