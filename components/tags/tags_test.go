package tags_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/tags"
)

func TestNamed(t *testing.T) {
	t.Parallel()
	public := tags.Set{tags.PublicLoadBalancer: "1", "a": "1"}
	got := tags.Named("net-public-a", public, nil, tags.Set{"a": "2", tags.Cluster("demo"): "shared"})
	want := tags.Set{"Name": "net-public-a", "kubernetes.io/role/elb": "1", "a": "2", "kubernetes.io/cluster/demo": "shared"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(tags.Set{tags.PublicLoadBalancer: "1", "a": "1"}, public); diff != "" {
		t.Errorf("a set that was given changed: %s", diff)
	}
}
