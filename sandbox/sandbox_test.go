package sandbox_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// What is in a cluster goes with it, and what is in another stays.
func TestDeletedClusterTakesItsObjects(t *testing.T) {
	t.Parallel()
	account, err := sandbox.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	session := cloud.Session{Region: "us-west-2"}
	if err := account.Change(session, t.Name(), func(tx *cloud.Tx) error {
		for _, name := range []string{"gone", "stays"} {
			cluster := tx.Make("test", cloud.EKSCluster, name, cloud.Props{"name": name}, nil)
			tx.Make("kubernetes", cloud.KubernetesObject, name+"-apps", nil, cloud.Props{"cluster": eks.Key(cluster)})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := account.Delete(session, cloud.EKSCluster, "gone"); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, r := range account.Resources() {
		left = append(left, r.ID)
	}
	if len(left) != 2 || left[0] != "stays" || left[1] != "stays-apps" {
		t.Errorf("left are %v, want the other cluster and its object", left)
	}
}
