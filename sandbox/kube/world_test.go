package kube

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/all"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

const (
	endpoint = "https://ABC.gr7.us-west-2.eks.amazonaws.com"
	deployer = "arn:aws:iam::123456789012:role/deployer"
)

var west = cloud.Session{Region: "us-west-2"}

type object = map[string]any

// world is an account with one cluster that is open to all, in which the
// deployer is the administrator.
func world(t *testing.T) *cloud.Account {
	t.Helper()
	account, err := cloud.Open(cloud.Options{Services: append(all.Services(), Service())})
	if err != nil {
		t.Fatal(err)
	}
	edit(t, account, func(tx *cloud.Tx) error {
		tx.Make("test", cloud.EKSCluster, "demo", cloud.Props{
			"name": "demo", "endpoint": endpoint, "accessConfig": object{"authenticationMode": "API"}, "vpcConfig": open("0.0.0.0/0"),
		}, nil)
		return nil
	})
	grant(t, account, deployer, eks.AdminPolicy)
	addNodes(t, account, "system", 2, nil)
	addAddon(t, account, "eks-pod-identity-agent")
	for _, of := range []string{"lbc-aws-load-balancer-controller", "other-aws-load-balancer-controller", "karpenter", "external-dns"} {
		associate(t, account, of)
	}
	return account
}

// addNodes adds a node group to the cluster, with ready nodes that take 110 pods
// each.
func addNodes(t *testing.T, account *cloud.Account, name string, count int, more cloud.Props) {
	t.Helper()
	edit(t, account, func(tx *cloud.Tx) error {
		tx.Make("test", cloud.Subnet, "subnet-"+name, cloud.Props{"cidrBlock": "10.0.0.0/22", "availabilityZone": "us-west-2a"}, nil)
		group := tx.Make("test", cloud.EKSNodeGroup, "demo:"+name, cloud.Props{"clusterName": "demo", "nodeGroupName": name}.With(more), nil)
		for i := range count {
			tx.Make("eks", cloud.Instance, fmt.Sprintf("i-%s-%d", name, i), cloud.Props{
				"privateDns": fmt.Sprintf("%s-%d", name, i), "availabilityZone": "us-west-2a", "instanceType": "m6i.large", "subnetId": "subnet-" + name,
			}, cloud.Props{"nodeGroup": group.ID, "ready": true, "maxPods": 110})
		}
		return nil
	})
}

// associate gives a service account in kube-system a role of its own.
func associate(t *testing.T, account *cloud.Account, serviceAccount string) {
	t.Helper()
	edit(t, account, func(tx *cloud.Tx) error {
		arn := "arn:aws:iam::123456789012:role/" + serviceAccount
		tx.Make("test", cloud.IAMRole, serviceAccount, cloud.Props{"arn": arn, "name": serviceAccount}, nil)
		tx.Make("test", cloud.EKSPodIdentityAssociation, "a-"+serviceAccount, cloud.Props{
			"clusterName": "demo", "namespace": "kube-system", "serviceAccount": serviceAccount, "roleArn": arn,
		}, nil)
		return nil
	})
}

// removeNodes takes every node away.
func removeNodes(t *testing.T, account *cloud.Account) {
	t.Helper()
	edit(t, account, func(tx *cloud.Tx) error {
		for _, i := range tx.List(cloud.Instance) {
			tx.Remove(i)
		}
		return nil
	})
}

func open(cidrs ...string) object {
	return object{"endpointPublicAccess": true, "publicAccessCidrs": cloud.Strings(cidrs...)}
}

func edit(t *testing.T, account *cloud.Account, do func(tx *cloud.Tx) error) {
	t.Helper()
	if err := account.Change(west, t.Name(), do); err != nil {
		t.Fatal(err)
	}
}

// grant gives a principal an access entry, and a policy if it names one.
func grant(t *testing.T, account *cloud.Account, principal, policy string, namespaces ...string) {
	t.Helper()
	edit(t, account, func(tx *cloud.Tx) error {
		about := cloud.Props{"clusterName": "demo", "principalArn": principal}
		tx.Make("test", cloud.EKSAccessEntry, "demo:"+principal, about, nil)
		if policy != "" {
			tx.Make("test", cloud.EKSAccessPolicyAssociation, "demo#"+principal+"#"+policy, about.With(cloud.Props{
				"policyArn": "arn:aws:eks::aws:cluster-access-policy/" + policy, "accessScope": object{"namespaces": cloud.Strings(namespaces...)},
			}), nil)
		}
		return nil
	})
}

func config(args ...string) string {
	text, err := json.Marshal(object{
		"current-context": "c",
		"clusters":        []any{object{"name": "k", "cluster": object{"server": endpoint}}},
		"contexts":        []any{object{"name": "c", "context": object{"cluster": "k", "user": "u"}}},
		"users":           []any{object{"name": "u", "user": object{"exec": object{"args": append([]string{"--region", "us-west-2"}, args...)}}}},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func client(t *testing.T, account *cloud.Account, caller string) *Client {
	t.Helper()
	c, err := NewClient(account, Engine{Address: netip.MustParseAddr("198.51.100.7")}, caller, config())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func named(namespace, name string, more cloud.Props) cloud.Props {
	metadata := object{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	return cloud.Props{"metadata": metadata}.With(more)
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if len(parts) == 0 || parts[0] == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %s", err, part)
		}
	}
}
