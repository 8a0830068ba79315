package eks_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
)

const addonFunction = "aws:eks/getAddonVersion:getAddonVersion"

func addon(name string, more cloud.Props) cloud.Props {
	return cloud.Props{"clusterName": "demo", "addonName": name}.With(more)
}

func values(v string) cloud.Props { return cloud.Props{"configurationValues": v} }

func identity(account, role string) cloud.Props {
	return cloud.Props{"podIdentityAssociations": []any{map[string]any{"roleArn": roleARN + role, "serviceAccount": account}}}
}

func TestAddonOutputs(t *testing.T) {
	t.Parallel()
	w := ready(t)
	a := w.make("cni", cloud.EKSAddon, w.cniProps())
	if a.ID != "demo:vpc-cni" || !strings.HasPrefix(a.Props.Str("addonVersion"), "v1.21.") || !strings.HasPrefix(a.Props.Str("arn"), "arn:aws:eks:us-west-2:123456789012:addon/demo/vpc-cni/") {
		t.Errorf("got %s, %v", a.ID, a.Props)
	}
	associations := w.all(cloud.EKSPodIdentityAssociation)
	if len(associations) != 1 || associations[0].Owner != "eks" || associations[0].Props.Str("namespace") != "kube-system" {
		t.Fatalf("associations are %v", associations)
	}
	w.delete("cni")
	if left := w.all(cloud.EKSPodIdentityAssociation); len(left) != 0 {
		t.Errorf("the add-on left its associations: %v", left)
	}
}

func TestAddonRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		props cloud.Props
		want  string
		words string
	}{
		"absent cluster":            {addon("coredns", cloud.Props{"clusterName": "other"}), "ResourceNotFoundException", "other"},
		"no add-on of that name":    {addon("aws-load-balancer-controller", nil), "InvalidParameterException", "aws-load-balancer-controller"},
		"taken name":                {addon("eks-pod-identity-agent", nil), "ResourceInUseException", "already exists"},
		"version too old":           {addon("vpc-cni", cloud.Props{"addonVersion": "v1.12.0-eksbuild.1"}), "InvalidParameterException", "v1.12.0"},
		"version without a build":   {addon("vpc-cni", cloud.Props{"addonVersion": "v1.21.1"}), "InvalidParameterException", "v1.21.1"},
		"another minor's proxy":     {addon("kube-proxy", cloud.Props{"addonVersion": "v1.34.0-eksbuild.2"}), "InvalidParameterException", "v1.34.0"},
		"number in env":             {addon("vpc-cni", values(`{"env":{"WARM_PREFIX_TARGET":1}}`)), "InvalidParameterException", "$.env.WARM_PREFIX_TARGET: integer found, string expected"},
		"boolean in env":            {addon("vpc-cni", values("env:\n  ENABLE_PREFIX_DELEGATION: true\n")), "InvalidParameterException", "boolean found, string expected"},
		"unknown key":               {addon("vpc-cni", values(`{"image":{}}`)), "InvalidParameterException", "$.image: is not defined in the schema and the schema does not allow additional properties"},
		"boolean network policy":    {addon("vpc-cni", values(`{"enableNetworkPolicy":true}`)), "InvalidParameterException", "string expected"},
		"list of ENIConfigs":        {addon("vpc-cni", values(`{"eniConfig":{"create":true,"region":"us-west-2","subnets":[]}}`)), "InvalidParameterException", "array found, object expected"},
		"no ENIConfig":              {addon("vpc-cni", values(`{"eniConfig":{"create":true,"region":"us-west-2","subnets":{}}}`)), "InvalidParameterException", "at least 1"},
		"ENIConfig without subnet":  {addon("vpc-cni", values(`{"eniConfig":{"create":true,"region":"us-west-2","subnets":{"us-west-2a":{"securityGroups":[]}}}}`)), "InvalidParameterException", "us-west-2a.id: is missing"},
		"ENIConfig without region":  {addon("vpc-cni", values(`{"eniConfig":{"create":true,"subnets":{"us-west-2a":{"id":"s"}}}}`)), "InvalidParameterException", "region: is missing"},
		"values that are no map":    {addon("vpc-cni", values(`[1]`)), "InvalidParameterException", "JSON or YAML"},
		"unknown key of coredns":    {addon("coredns", values(`{"replicas":2}`)), "InvalidParameterException", "$.replicas"},
		"identity where none is":    {addon("cert-manager", identity("cert-manager", "cni")), "InvalidParameterException", "Pod Identity feature is not supported for addon version"},
		"identity of another":       {addon("vpc-cni", identity("coredns", "cni")), "InvalidParameterException", "aws-node"},
		"identity of absent role":   {addon("vpc-cni", identity("aws-node", "no")), "InvalidParameterException", "does not exist"},
		"identity of a node role":   {addon("vpc-cni", identity("aws-node", "node")), "InvalidParameterException", "sts:TagSession"},
		"role that does not exist":  {addon("vpc-cni", cloud.Props{"serviceAccountRoleArn": roleARN + "no"}), "InvalidParameterException", "does not exist"},
		"association that is there": {addon("aws-ebs-csi-driver", identity("ebs-csi-controller-sa", "cni")), "ResourceInUseException", "ebs-csi-controller-sa"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ready(t)
			w.make("agent", cloud.EKSAddon, addon("eks-pod-identity-agent", nil))
			w.make("association", cloud.EKSPodIdentityAssociation, cloud.Props{
				"clusterName": "demo", "namespace": "kube-system", "serviceAccount": "ebs-csi-controller-sa", "roleArn": roleARN + "cni",
			})
			_, err := w.try("second", cloud.EKSAddon, tc.props)
			wantCode(t, err, tc.want)
			if !strings.Contains(err.Error(), tc.words) {
				t.Errorf("the message does not say %q: %v", tc.words, err)
			}
		})
	}
}

func TestAddonProviderChecks(t *testing.T) {
	t.Parallel()
	w := open(t)
	for property, value := range map[string]string{"resolveConflictsOnCreate": "PRESERVE", "resolveConflictsOnUpdate": "MERGE", "addonVersion": "1.21.1"} {
		problems, err := w.acct.Check(cloud.EKSAddon, addon("vpc-cni", cloud.Props{property: value}))
		if err != nil || len(problems) != 1 || problems[0].Property != property {
			t.Errorf("got %v, %v, want one problem of %s", problems, err, property)
		}
	}
}

// What EKS may take by now, or takes and does not do, is not refused.
func TestAddonWarnings(t *testing.T) {
	t.Parallel()
	for rule, p := range map[string]cloud.Props{
		"vpc-cni-variable-unknown":     addon("vpc-cni", values(`{"env":{"A_KEY_TO_COME":"1","WARM_PREFIX_TARGET":"1"}}`)),
		"addon-version-to-come":        addon("vpc-cni", cloud.Props{"addonVersion": "v1.99.0-eksbuild.1"}),
		"coredns-replicas-and-scaling": addon("coredns", values(`{"replicaCount":2,"autoScaling":{"enabled":true}}`)),
	} {
		w := platform(t)
		w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
		w.delete("cni")
		w.make("addon", cloud.EKSAddon, p)
		wantWarned(t, w, rule)
	}
}

func TestAddonsWithoutNodes(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{
		"vpc-cni": false, "kube-proxy": false, "eks-pod-identity-agent": false,
		"coredns": true, "aws-ebs-csi-driver": true, "metrics-server": true,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ready(t)
			a, err := w.try("addon", cloud.EKSAddon, addon(name, nil))
			if !late {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantLate(t, err, "addon-without-nodes", name, "node group")
			if a == nil || w.read("addon") == nil {
				t.Error("the add-on is not there; on AWS it is, and degraded")
			}
		})
	}
}

func TestAddonWaitsForNodesThatItTolerates(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(cloud.Props{"taints": []any{map[string]any{"key": "team", "value": "a", "effect": "NO_SCHEDULE"}}}))
	_, err := w.try("dns", cloud.EKSAddon, addon("coredns", nil))
	wantLate(t, err, "addon-tolerates-no-node", "system", "tolerations")
	if _, err := w.update("dns", addon("coredns", values(`{"tolerations":[{"key":"team","operator":"Exists"}]}`))); err != nil {
		t.Errorf("with the toleration: %v", err)
	}
	w.make("open", cloud.EKSNodeGroup, w.groupProps(cloud.Props{
		"nodeGroupName": "open", "taints": []any{map[string]any{"key": "CriticalAddonsOnly", "effect": "NO_SCHEDULE"}},
	}))
	if _, err := w.try("metrics", cloud.EKSAddon, addon("metrics-server", nil)); err != nil {
		t.Errorf("with nodes for critical add-ons: %v", err)
	}
}

func TestSelfManagedAddonIsInTheWay(t *testing.T) {
	t.Parallel()
	w := bare(t)
	w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"bootstrapSelfManagedAddons": true}))
	_, err := w.try("proxy", cloud.EKSAddon, addon("kube-proxy", nil))
	wantLate(t, err, "addon-configuration-conflict", "OVERWRITE")
	if _, err := w.try("cni", cloud.EKSAddon, addon("vpc-cni", cloud.Props{"resolveConflictsOnCreate": "OVERWRITE"})); err != nil {
		t.Error(err)
	}
	w.look(func(tx *cloud.Tx) {
		c := eks.ClusterByName(tx, "demo")
		if !eks.SelfManaged(c, "coredns") || eks.SelfManaged(c, "vpc-cni") {
			t.Errorf("self-managed are %v", c.Facts)
		}
	})
}

func TestAddonUpdates(t *testing.T) {
	t.Parallel()
	w := ready(t)
	version := func(v string) cloud.Props { return w.cniProps().With(cloud.Props{"addonVersion": v}) }
	w.make("cni", cloud.EKSAddon, version("v1.20.4-eksbuild.1"))
	_, err := w.update("cni", version("v1.22.3-eksbuild.1"))
	wantCode(t, err, "InvalidParameterException")
	for _, v := range []string{"v1.21.1-eksbuild.8", "v1.22.3-eksbuild.1", "v1.21.1-eksbuild.8"} {
		if _, err := w.update("cni", version(v)); err != nil {
			t.Errorf("%s: %v", v, err)
		}
	}
	_, err = w.update("cni", version("v1.21.1-eksbuild.8").With(values(`{"env":{"A":1}}`)))
	wantCode(t, err, "InvalidParameterException")
	if _, err := w.update("cni", addon("vpc-cni", nil)); err != nil {
		t.Fatal(err)
	}
	if left := w.all(cloud.EKSPodIdentityAssociation); len(left) != 0 {
		t.Errorf("an association that the program no longer has stays: %v", left)
	}
}

func TestAddonStaysBehindItsCluster(t *testing.T) {
	t.Parallel()
	w := ready(t)
	w.make("proxy", cloud.EKSAddon, addon("kube-proxy", nil))
	if _, err := w.update("cluster", w.clusterProps(cloud.Props{"version": "1.36"})); err != nil {
		t.Fatal(err)
	}
	a, err := w.update("proxy", addon("kube-proxy", cloud.Props{"preserve": true}))
	if err != nil || !strings.HasPrefix(a.Props.Str("addonVersion"), "v1.35.") {
		t.Errorf("got %v, %v", a, err)
	}
	_, err = w.update("proxy", addon("kube-proxy", cloud.Props{"addonVersion": "v1.35.2-eksbuild.1"}))
	wantCode(t, err, "InvalidParameterException")
}

func TestPreservedAddonStillServes(t *testing.T) {
	t.Parallel()
	w := ready(t)
	w.make("agent", cloud.EKSAddon, addon("eks-pod-identity-agent", nil))
	w.make("cni", cloud.EKSAddon, w.cniProps().With(cloud.Props{"preserve": true}))
	w.delete("cni")
	if _, err := w.try("group", cloud.EKSNodeGroup, w.groupProps(nil)); err != nil {
		t.Error(err)
	}
}

func TestAddonVersions(t *testing.T) {
	t.Parallel()
	w := ready(t)
	for _, minor := range versions.Minors() {
		for _, name := range eks.AddonNames() {
			for _, newest := range []bool{false, true} {
				p, err := w.acct.Invoke(w.session, addonFunction, cloud.Props{"addonName": name, "kubernetesVersion": minor, "mostRecent": newest})
				if err != nil {
					t.Fatal(err)
				}
				if name == "kube-proxy" && !strings.HasPrefix(p.Str("version"), "v"+minor+".") {
					t.Errorf("kube-proxy for %s is %s", minor, p.Str("version"))
				}
				if minor != "1.35" {
					continue
				}
				// What the function answers is accepted, and nodes or not, there.
				label := name + p.Str("version")
				if a, err := w.try(label, cloud.EKSAddon, addon(name, cloud.Props{"addonVersion": p.Str("version")})); a == nil {
					t.Errorf("%s %s: %v", name, p.Str("version"), err)
				} else {
					w.delete(label)
				}
			}
		}
	}
	for _, args := range []cloud.Props{{"addonName": "karpenter", "kubernetesVersion": "1.35"}, {"addonName": "coredns", "kubernetesVersion": "1.29"}} {
		_, err := w.acct.Invoke(w.session, addonFunction, args)
		wantCode(t, err, "InvalidParameterException")
	}
}
