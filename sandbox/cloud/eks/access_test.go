package eks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

const (
	policies = "arn:aws:eks::aws:cluster-access-policy/"
	creator  = roleARN + "administrator"
)

func entry(principal string, more cloud.Props) cloud.Props {
	return cloud.Props{"clusterName": "demo", "principalArn": principal}.With(more)
}

func policy(principal, name string, scope map[string]any) cloud.Props {
	return cloud.Props{"clusterName": "demo", "principalArn": principal, "policyArn": policies + name, "accessScope": scope}
}

var everywhere = map[string]any{"type": "cluster"}

func TestCreatorIsAdministrator(t *testing.T) {
	t.Parallel()
	access := func(mode string, bootstrap bool) cloud.Props {
		return cloud.Props{"accessConfig": map[string]any{"authenticationMode": mode, "bootstrapClusterCreatorAdminPermissions": bootstrap}}
	}
	tests := map[string]struct {
		cluster cloud.Props
		admin   bool
		entries int
	}{
		"API":                     {access("API", true), true, 1},
		"both":                    {access("API_AND_CONFIG_MAP", true), true, 1},
		"config map":              {access("CONFIG_MAP", true), true, 0},
		"API without bootstrap":   {access("API", false), false, 0},
		"the default of accesses": {cloud.Props{"accessConfig": nil}, true, 0},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bare(t)
			w.make("cluster", cloud.EKSCluster, w.clusterProps(tc.cluster))
			if got := len(w.all(cloud.EKSAccessEntry)); got != tc.entries {
				t.Errorf("got %d access entries, want %d", got, tc.entries)
			}
			w.look(func(tx *cloud.Tx) {
				c := eks.ClusterByName(tx, "demo")
				for _, who := range []string{creator, "arn:aws:sts::123456789012:assumed-role/administrator/me"} {
					if name, ok := eks.MayAccess(tx, c, who); ok != tc.admin || ok && name != eks.AdminPolicy {
						t.Errorf("%s has %q, %t, want admin %t", who, name, ok, tc.admin)
					}
				}
				if name, ok := eks.MayAccess(tx, c, roleARN+"node"); ok {
					t.Errorf("a stranger has %q", name)
				}
			})
		})
	}
}

func TestCreatorGetsAnEntryWithTheAPI(t *testing.T) {
	t.Parallel()
	w := bare(t)
	mode := func(m string) cloud.Props {
		return w.clusterProps(cloud.Props{"accessConfig": map[string]any{"authenticationMode": m}})
	}
	w.make("cluster", cloud.EKSCluster, mode("CONFIG_MAP"))
	if _, err := w.update("cluster", mode("API_AND_CONFIG_MAP")); err != nil {
		t.Fatal(err)
	}
	if got := w.all(cloud.EKSAccessEntry); len(got) != 1 || got[0].Props.Str("principalArn") != creator {
		t.Errorf("entries are %v", got)
	}
}

func TestAccessEntry(t *testing.T) {
	t.Parallel()
	w := ready(t)
	e := w.make("entry", cloud.EKSAccessEntry, entry(roleARN+"cni", cloud.Props{"kubernetesGroups": cloud.Strings("viewers")}))
	if e.ID != "demo:"+roleARN+"cni" || e.Props.Str("userName") != "arn:aws:sts::123456789012:assumed-role/cni/{{SessionName}}" || e.Props.Str("type") != "STANDARD" {
		t.Errorf("got %s, %v", e.ID, e.Props)
	}
	w.look(func(tx *cloud.Tx) {
		c := eks.ClusterByName(tx, "demo")
		if name, ok := eks.MayAccess(tx, c, roleARN+"cni"); !ok || name != "" {
			t.Errorf("got %q, %t, want an entry without a policy", name, ok)
		}
		if diff := cmp.Diff([]string{"viewers"}, eks.Groups(tx, c, roleARN+"cni")); diff != "" {
			t.Error(diff)
		}
	})
	for _, name := range []string{"AmazonEKSViewPolicy", "AmazonEKSEditPolicy"} {
		w.make(name, cloud.EKSAccessPolicyAssociation, policy(roleARN+"cni", name, map[string]any{"type": "namespace", "namespaces": cloud.Strings("a")}))
	}
	w.look(func(tx *cloud.Tx) {
		c := eks.ClusterByName(tx, "demo")
		if name, _ := eks.MayAccess(tx, c, roleARN+"cni"); name != "AmazonEKSEditPolicy" {
			t.Errorf("got %s, want the stronger of the two", name)
		}
		want := []eks.Policy{{Name: "AmazonEKSViewPolicy", Namespaces: []string{"a"}}, {Name: "AmazonEKSEditPolicy", Namespaces: []string{"a"}}}
		if diff := cmp.Diff(want, eks.Policies(tx, c, roleARN+"cni")); diff != "" {
			t.Error(diff)
		}
	})
	w.delete("entry")
	if left := w.all(cloud.EKSAccessPolicyAssociation); len(left) != 1 {
		t.Errorf("policies are left without their entry: %v", left)
	}
}

func TestAccessRefusals(t *testing.T) {
	t.Parallel()
	const kind, rules = cloud.EKSAccessEntry, cloud.EKSAccessPolicyAssociation
	node := roleARN + "node"
	tests := map[string]struct {
		kind  string
		props cloud.Props
		want  string
	}{
		"entry of an absent cluster":   {kind, entry(node, cloud.Props{"clusterName": "other"}), "ResourceNotFoundException"},
		"second entry":                 {kind, entry(roleARN+"cni", nil), "ResourceInUseException"},
		"entry of the creator":         {kind, entry(creator, nil), "ResourceInUseException"},
		"entry of a session":           {kind, entry("arn:aws:sts::123456789012:assumed-role/node/me", nil), "InvalidParameterException"},
		"entry of an absent role":      {kind, entry(roleARN+"no", nil), "InvalidParameterException"},
		"entry of a service's role":    {kind, entry(roleARN+"aws-service-role/x.amazonaws.com/Y", nil), "InvalidParameterException"},
		"entry of a foreign node":      {kind, entry("arn:aws:iam::210987654321:role/node", cloud.Props{"type": "EC2_LINUX"}), "InvalidParameterException"},
		"node with a group":            {kind, entry(node, cloud.Props{"type": "EC2_LINUX", "kubernetesGroups": cloud.Strings("a")}), "InvalidParameterException"},
		"reserved user name":           {kind, entry(node, cloud.Props{"userName": "system:admin"}), "InvalidParameterException"},
		"EKS's user name":              {kind, entry(node, cloud.Props{"userName": "eks:me"}), "InvalidParameterException"},
		"reserved group":               {kind, entry(node, cloud.Props{"kubernetesGroups": cloud.Strings("system:masters")}), "InvalidParameterException"},
		"policy without an entry":      {rules, policy(node, "AmazonEKSViewPolicy", everywhere), "ResourceNotFoundException"},
		"policy that is unknown":       {rules, policy(roleARN+"cni", "AmazonEKSPolicy", everywhere), "InvalidParameterException"},
		"IAM policy":                   {rules, policy(roleARN+"cni", "", everywhere).With(cloud.Props{"policyArn": managed + "AdministratorAccess"}), "InvalidParameterException"},
		"cluster scope and namespaces": {rules, policy(roleARN+"cni", "AmazonEKSViewPolicy", map[string]any{"type": "cluster", "namespaces": cloud.Strings("a")}), "InvalidParameterException"},
		"namespace scope without any":  {rules, policy(roleARN+"cni", "AmazonEKSViewPolicy", map[string]any{"type": "namespace"}), "InvalidParameterException"},
		"unknown scope":                {rules, policy(roleARN+"cni", "AmazonEKSViewPolicy", map[string]any{"type": "pod"}), "InvalidParameterException"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ready(t)
			w.make("first", cloud.EKSAccessEntry, entry(roleARN+"cni", nil))
			w.make("machine-role", cloud.IAMRole, role("machine", trust("ec2.amazonaws.com", "sts:AssumeRole")))
			w.make("machine", cloud.EKSAccessEntry, entry(roleARN+"machine", cloud.Props{"type": "EC2_LINUX"}))
			_, err := w.try("second", tc.kind, tc.props)
			wantCode(t, err, tc.want)
		})
	}
}

func TestPoliciesOfNodes(t *testing.T) {
	t.Parallel()
	w := ready(t)
	for kind, warned := range map[string][]string{"EC2": nil, "EC2_LINUX": {"access-policy-entry-type"}} {
		principal := roleARN + kind
		w.make("role-"+kind, cloud.IAMRole, role(kind, trust("ec2.amazonaws.com", "sts:AssumeRole")))
		w.make("entry-"+kind, cloud.EKSAccessEntry, entry(principal, cloud.Props{"type": kind}))
		w.warned = nil
		w.make("policy-"+kind, cloud.EKSAccessPolicyAssociation, policy(principal, "AmazonEKSAutoNodePolicy", everywhere))
		wantWarned(t, w, warned...)
	}
}

func TestEntriesNeedTheAPI(t *testing.T) {
	t.Parallel()
	w := bare(t)
	w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"accessConfig": map[string]any{"authenticationMode": "CONFIG_MAP"}}))
	_, err := w.try("entry", cloud.EKSAccessEntry, entry(roleARN+"cni", nil))
	wantCode(t, err, "InvalidRequestException")
	_, err = w.try("policy", cloud.EKSAccessPolicyAssociation, policy(roleARN+"cni", "AmazonEKSViewPolicy", everywhere))
	wantCode(t, err, "InvalidRequestException")
}

func TestPodIdentity(t *testing.T) {
	t.Parallel()
	w := ready(t)
	association := func(account, role string) cloud.Props {
		return cloud.Props{"clusterName": "demo", "namespace": "dns", "serviceAccount": account, "roleArn": roleARN + role}
	}
	a := w.make("first", cloud.EKSPodIdentityAssociation, association("dns", "cni"))
	if !strings.HasPrefix(a.ID, "a-") || a.Props.Str("associationArn") != "arn:aws:eks:us-west-2:123456789012:podidentityassociation/demo/"+a.ID {
		t.Errorf("got %s, %v", a.ID, a.Props)
	}
	for name, tc := range map[string]struct {
		props cloud.Props
		want  string
	}{
		"taken account":  {association("dns", "cni"), "ResourceInUseException"},
		"absent role":    {association("x", "no"), "InvalidParameterException"},
		"other trust":    {association("x", "node"), "InvalidParameterException"},
		"absent cluster": {association("x", "cni").With(cloud.Props{"clusterName": "other"}), "ResourceNotFoundException"},
	} {
		_, err := w.try(name, cloud.EKSPodIdentityAssociation, tc.props)
		wantCode(t, err, tc.want)
	}
	w.make("half-role", cloud.IAMRole, role("half", trust("pods.eks.amazonaws.com", "sts:AssumeRole")))
	_, err := w.update("first", association("dns", "half"))
	wantCode(t, err, "InvalidParameterException")
}

func TestManyPodIdentities(t *testing.T) {
	t.Parallel()
	w := ready(t)
	w.look(func(tx *cloud.Tx) {
		for i := range 999 {
			tx.Make("test", cloud.EKSPodIdentityAssociation, fmt.Sprint("a-", i), cloud.Props{"clusterName": "demo", "serviceAccount": fmt.Sprint(i)}, nil)
		}
	})
	for i, warned := range [][]string{nil, {"pod-identity-quota"}} {
		name := fmt.Sprint("dns-", i)
		w.make(name, cloud.EKSPodIdentityAssociation, cloud.Props{"clusterName": "demo", "namespace": "dns", "serviceAccount": name, "roleArn": roleARN + "cni"})
		wantWarned(t, w, warned...)
	}
}

func TestTokenNamesTheCaller(t *testing.T) {
	t.Parallel()
	w := ready(t)
	p, err := w.acct.Invoke(w.session, "aws:eks/getClusterAuth:getClusterAuth", cloud.Props{"name": "demo"})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := eks.Caller(p.Str("token")); !ok || got != creator {
		t.Errorf("the token names %q, %t, want %s", got, ok, creator)
	}
	for _, bad := range []string{"", "k8s-aws-v1.", "k8s-aws-v1.%%%", "bearer"} {
		if got, ok := eks.Caller(bad); ok {
			t.Errorf("%q names %q", bad, got)
		}
	}
}
