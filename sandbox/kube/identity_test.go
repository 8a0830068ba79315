package kube

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// A controller that calls AWS finds its credentials as it starts, or crashes.
func TestControllersNeedCredentials(t *testing.T) {
	t.Parallel()
	remove := func(kind, id string) func(t *testing.T, a *cloud.Account) {
		return func(t *testing.T, a *cloud.Account) {
			t.Helper()
			edit(t, a, func(tx *cloud.Tx) error {
				tx.Remove(tx.Get(kind, id))
				return nil
			})
		}
	}
	const name = "lbc-aws-load-balancer-controller"
	unassociated := remove(cloud.EKSPodIdentityAssociation, "a-"+name)
	tests := map[string]struct {
		mistake func(t *testing.T, a *cloud.Account)
		values  object
		rule    string
		says    string
	}{
		"no mistake":      {func(*testing.T, *cloud.Account) {}, nil, "", ""},
		"no association":  {unassociated, nil, "pods-without-identity", "make the association first"},
		"no agent":        {remove(cloud.EKSAddon, "demo:eks-pod-identity-agent"), nil, "pods-identity-without-agent", "eks-pod-identity-agent"},
		"no role":         {remove(cloud.IAMRole, name), nil, "pods-identity-without-role", "role/" + name},
		"role by name":    {unassociated, object{"serviceAccount": object{"annotations": object{roleAnnotation: "arn:aws:iam::123456789012:role/" + name}}}, "", ""},
		"missing by name": {unassociated, object{"serviceAccount": object{"annotations": object{roleAnnotation: "arn:aws:iam::123456789012:role/x"}}}, "pods-identity-without-role", "role/x"},
		"role of the nodes": {func(t *testing.T, a *cloud.Account) {
			unassociated(t, a)
			edit(t, a, func(tx *cloud.Tx) error {
				tx.Make("test", cloud.IAMRole, "nodes", cloud.Props{"arn": "arn:aws:iam::123456789012:role/nodes", "name": "nodes"}, nil)
				return nil
			})
			if _, err := a.Create(west, cloud.IAMRolePolicy, "all", cloud.Props{
				"role": "nodes", "name": "all", "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"elasticloadbalancing:*","Resource":"*"}]}`,
			}); err != nil {
				t.Fatal(err)
			}
			addNodes(t, a, "able", 1, cloud.Props{"nodeRoleArn": "arn:aws:iam::123456789012:role/nodes"})
		}, nil, "", ""},
	}
	for testName, tc := range tests {
		t.Run(testName, func(t *testing.T) {
			t.Parallel()
			account := world(t)
			tc.mistake(t, account)
			_, err := client(t, account, deployer).Install("1", theRelease(cloud.Props{"values": object(cloud.Props{"clusterName": "demo"}.With(cloud.Props(tc.values)))}))
			if tc.rule == "" {
				wantError(t, err)
				return
			}
			wantLate(t, err, tc.rule, "CrashLoopBackOff", tc.says)
		})
	}
}
