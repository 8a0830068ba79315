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
	got := check.Problems(args.validate())
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
