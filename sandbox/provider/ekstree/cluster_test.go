package ekstree

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	accessEntry   = "aws:eks/accessEntry:AccessEntry"
	accessPolicy  = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
	configMap     = "kubernetes:core/v1:ConfigMap"
	kubeProvider  = "pulumi:providers:kubernetes"
	eksClusterURN = urnPrefix + "eks:index:Cluster$aws:eks/cluster:Cluster::demo-eksCluster"
)

// TestClusterInputs has what the recordings do not: one input of the component each, and what becomes of it.
func TestClusterInputs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason string
		in     props
		path   string // Into the inputs of the aws:eks/cluster:Cluster.
		want   value
	}{
		"public CIDRs": {
			reason: "the public endpoint is open unless closed, so ranges need nothing else",
			in:     props{"publicAccessCidrs": strs("192.0.2.0/24")},
			path:   "vpcConfig.publicAccessCidrs", want: strs("192.0.2.0/24"),
		},
		"no key": {reason: "without a key there is no encryptionConfig", in: props{}, path: "encryptionConfig", want: null},
		"no mode": {
			reason: "EKS decides about access where the program does not", in: props{}, path: "accessConfig", want: null,
		},
		"config map": {
			reason: "the component works inside the cluster, so its creator is always an administrator",
			in:     props{"authenticationMode": str("CONFIG_MAP")},
			path:   "accessConfig.bootstrapClusterCreatorAdminPermissions", want: yes(true),
		},
		"tags": {
			reason: "tags of everything win over tags of the cluster, and both over the name",
			in:     props{"tags": object(props{"team": str("a"), "Name": str("mine")}), "clusterTags": object(props{"team": str("b"), "tier": str("x")})},
			path:   "tags", want: object(props{"Name": str("mine"), "team": str("a"), "tier": str("x")}),
		},
		"IPv6": {
			reason: "a service range is for IPv4 only",
			in:     props{"ipFamily": str("ipv6"), "kubernetesServiceIpAddressRange": str("172.20.0.0/16")},
			path:   "kubernetesNetworkConfig", want: object(props{"ipFamily": str("ipv6")}),
		},
		"public before private": {
			reason: "both kinds of subnets are the control plane's",
			in:     props{"publicSubnetIds": strs("subnet-p")},
			path:   "vpcConfig.subnetIds", want: strs("subnet-p", "subnet-1", "subnet-2"),
		},
		"default VPC": {
			reason: "without a VPC the account's default is taken",
			in:     props{"vpcId": null, "privateSubnetIds": null},
			path:   "vpcConfig.subnetIds", want: strs("subnet-a", "subnet-b"),
		},
		"add-ons to remove": {
			reason: "the property is spelled differently in the AWS provider",
			in:     props{"defaultAddonsToRemove": strs("coredns")},
			path:   "defaultAddonsToRemoves", want: strs("coredns"),
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := constructCluster(t, tc.in)
			in := object(f.find(t, awsCluster, "demo-eksCluster").Inputs)
			same(t, tc.reason+": "+tc.path, field(in, strings.Split(tc.path, ".")...), tc.want)
			ordered(t, f)
		})
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	entry := func(arn string, more props) value {
		return object(merged(object(props{"principalArn": str(arn)}), object(more)))
	}
	policy := object(props{"policyArn": str("arn:view"), "accessScope": object(props{"type": str("namespace"), "namespaces": strs("a")})})
	f, _ := constructCluster(t, props{
		"authenticationMode": str("API_AND_CONFIG_MAP"),
		"accessEntries": object(props{
			"viewer": entry("arn:viewer", props{"accessPolicies": object(props{"view": policy, "edit": policy})}),
			"ci":     entry("arn:ci", props{"username": str("ci"), "kubernetesGroups": strs("g"), "tags": object(props{"k": str("v")})}),
		}),
		"roleMappings": list(object(props{"roleArn": str("arn:admin"), "username": str("admin"), "groups": strs("system:masters")})),
		"userMappings": list(object(props{"userArn": str("arn:u"), "username": str("@u"), "groups": strs("g")})),
	})
	same(t, "an entry", object(f.find(t, accessEntry, "demo-ci").Inputs), object(props{
		"clusterName": str("id-uster"), "principalArn": str("arn:ci"), "userName": str("ci"), "kubernetesGroups": strs("g"),
		"tags": object(props{"k": str("v")}),
	}))
	edit := f.find(t, accessPolicy, "demo-viewer-edit")
	same(t, "its policy", object(edit.Inputs), object(props{
		"clusterName": str("id-uster"), "principalArn": str("arn:viewer"), "policyArn": str("arn:view"),
		"accessScope": object(props{"type": str("namespace"), "namespaces": strs("a")}),
	}))
	if !strings.HasSuffix(edit.Parent, "::demo-viewer") {
		t.Errorf("the policy's parent is %s: want its entry", edit.Parent)
	}
	same(t, "aws-auth", f.find(t, configMap, "demo-nodeAccess").Inputs["data"], object(props{
		"mapRoles": str("- rolearn: arn:admin\n  username: admin\n  groups:\n    - system:masters\n"),
		"mapUsers": str("- userarn: arn:u\n  username: '@u'\n  groups:\n    - g\n"),
	}))
	cni := f.find(t, "eks:index:VpcCniAddon", "demo-vpc-cni")
	for _, want := range []string{"demo-ci", "demo-viewer", "demo-nodeAccess"} {
		if !slices.ContainsFunc(cni.Dependencies, func(u string) bool { return strings.HasSuffix(u, "::"+want) }) {
			t.Errorf("the CNI does not wait for %s, only for %v", want, cni.Dependencies)
		}
	}
	ordered(t, f)
}

// TestInstanceRole: a role of the nodes is let in as the authentication mode has it.
func TestInstanceRole(t *testing.T) {
	t.Parallel()
	t.Run("made", func(t *testing.T) {
		t.Parallel()
		f, result := constructCluster(t, props{"createInstanceRole": yes(true), "authenticationMode": str("API")})
		own := f.find(t, accessEntry, "demo-defaultNodeGroupInstanceRole")
		same(t, "its type", own.Inputs["type"], str("EC2_LINUX"))
		if n := len(own.PropertyDependencies["principalArn"]); n != 4 {
			t.Errorf("the entry waits for %d resources: want the role and its three policies", n)
		}
		role := f.find(t, "aws:iam/instanceProfile:InstanceProfile", "demo-instanceProfile").Inputs["role"]
		same(t, "the profile's role and the component's", list(role), result.Outputs["instanceRoles"])
	})
	t.Run("given", func(t *testing.T) {
		t.Parallel()
		f := newFake()
		role := f.made("aws:iam/role:Role", "nodes", "nodes", props{"arn": str("arn:nodes")})
		construct(t, f, "eks:index:Cluster", "demo", bare(props{"instanceRoles": list(role)}))
		want := "- rolearn: arn:nodes\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n    - system:bootstrappers\n    - system:nodes\n"
		cm := f.find(t, configMap, "demo-nodeAccess")
		same(t, "aws-auth", field(cm.Inputs["data"], "mapRoles"), str(want))
		if diff := cmp.Diff([]string{urnPrefix + "aws:iam/role:Role::nodes"}, cm.Dependencies); diff != "" {
			t.Errorf("what aws-auth depends on differs (-want +got):\n%s", diff)
		}
	})
}

func TestAutoMode(t *testing.T) {
	t.Parallel()
	f, result := constructCluster(t, props{
		"skipDefaultNodeGroup": null, "authenticationMode": str("API"), "autoMode": object(props{"enabled": yes(true)}),
	})
	in := f.find(t, awsCluster, "demo-eksCluster").Inputs
	nodeRole := "arn:aws:x:us-west-2:123456789012:" + urnPrefix + "eks:index:Cluster$eks:index:ServiceRole$aws:iam/role:Role::demo-nodeRole-role"
	same(t, "computeConfig", in["computeConfig"], object(props{
		"enabled": yes(true), "nodeRoleArn": str(nodeRole), "nodePools": strs("general-purpose", "system"),
	}))
	same(t, "storageConfig", in["storageConfig"], object(props{"blockStorage": object(props{"enabled": yes(true)})}))
	same(t, "elasticLoadBalancing", field(in["kubernetesNetworkConfig"], "elasticLoadBalancing"), object(props{"enabled": yes(true)}))
	same(t, "bootstrapSelfManagedAddons", in["bootstrapSelfManagedAddons"], yes(false))
	same(t, "autoModeNodeRoleName", result.Outputs["autoModeNodeRoleName"], str("id-:Role"))
	f.find(t, awsAddon, "demo-coredns")
	for _, typ := range []string{securityGroup, "eks:index:VpcCniAddon"} {
		if f.has(typ) {
			t.Errorf("a %s was registered: Auto Mode brings its own", typ)
		}
	}
	ordered(t, f)
}

func TestStorageClassesAndOIDC(t *testing.T) {
	t.Parallel()
	f, result := constructCluster(t, props{
		"createOidcProvider": yes(true),
		"storageClasses": object(props{"Fast": object(props{
			"type": str("io1"), "iopsPerGb": num(10), "encrypted": yes(true), "zones": strs("a", "b"), "default": yes(true),
		})}),
	})
	class := f.find(t, "kubernetes:storage.k8s.io/v1:StorageClass", "demo-Fast").Inputs
	same(t, "parameters", class["parameters"], object(props{
		"type": str("io1"), "iopsPerGb": str("10"), "encrypted": str("true"), "zones": str("a, b"),
	}))
	same(t, "annotations", field(class["metadata"], "annotations"), object(props{"storageclass.kubernetes.io/is-default-class": str("true")}))
	issuer := "oidc.eks.us-west-2.amazonaws.com/id/ABC"
	oidc := f.find(t, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "demo-oidcProvider")
	same(t, "url", oidc.Inputs["url"], str("https://"+issuer))
	same(t, "oidcIssuer", result.Outputs["oidcIssuer"], str(issuer))

	single, _ := constructCluster(t, props{"storageClasses": str("gp2")})
	same(t, "a single class", single.find(t, "kubernetes:storage.k8s.io/v1:StorageClass", "demo-gp2").Inputs["parameters"], object(props{"type": str("gp2")}))
}

// TestKubeconfig: the profile is for the provider; people have their own.
func TestKubeconfig(t *testing.T) {
	t.Parallel()
	credentials := object(props{"profileName": str("work"), "roleArn": str("arn:role")})
	f, result := constructCluster(t, props{"providerCredentialOpts": credentials, "enableConfigMapMutable": yes(true)})
	provider := f.find(t, kubeProvider, "demo-eks-k8s").Inputs
	same(t, "enableConfigMapMutable", provider["enableConfigMapMutable"], str("true"))
	base := []string{"--region", "us-west-2", "eks", "get-token", "--cluster-name", "id-uster", "--output", "json", "--role", "arn:role"}
	for what, tc := range map[string]struct {
		json value
		want []string
	}{
		"the provider's": {provider["kubeconfig"], append(slices.Clone(base), "--profile", "work")},
		"people's":       {result.Outputs["kubeconfigJson"], base},
	} {
		var k kubeconfig
		if err := json.Unmarshal([]byte(text(plain(tc.json, false))), &k); err != nil {
			t.Fatalf("%s kubeconfig: %v", what, err)
		}
		if diff := cmp.Diff(tc.want, k.Users[0].User.Exec.Args); diff != "" {
			t.Errorf("%s arguments differ (-want +got):\n%s", what, diff)
		}
		if got := k.Clusters[0].Cluster; got.Server != "https://example.eks.amazonaws.com" || got.CA != "Zm9v" {
			t.Errorf("%s cluster is %v", what, got)
		}
	}
	out, err := Call(t.Context(), f, "eks:index:Cluster/getKubeconfig", props{
		"__self__": resource.MakeComponentResourceReference(resource.URN(result.URN), ""), "profileName": str("home"),
	})
	if err != nil || !strings.Contains(text(plain(out["result"], false)), `"--profile","home"`) {
		t.Errorf("getKubeconfig returned %v, %v: want the profile home", mappable(out["result"]), err)
	}
	if _, err := Call(t.Context(), f, "eks:index:Cluster/scale", props{}); err == nil {
		t.Error("a method that does not exist could be called")
	}
}

func TestClusterOutputs(t *testing.T) {
	t.Parallel()
	f, result := constructCluster(t, props{"authenticationMode": str("API"), "accessEntries": object(props{"a": object(props{"principalArn": str("arn:a")})})})
	core := plain(result.Outputs["core"], false)
	ref := func(urn string) value { return object(props{"resourceRef": str(urn)}) }
	same(t, "eksCluster", result.Outputs["eksCluster"], ref(strings.TrimPrefix(eksClusterURN, urnPrefix)))
	same(t, "clusterSecurityGroupId", result.Outputs["clusterSecurityGroupId"], str("id-Group"))
	same(t, "clusterIngressRuleId", result.Outputs["clusterIngressRuleId"], str("sgr-1"))
	same(t, "fargateProfileId", result.Outputs["fargateProfileId"], str(""))
	same(t, "endpoint", field(core, "endpoint"), str("https://example.eks.amazonaws.com"))
	same(t, "vpcId", field(core, "vpcId"), str("vpc-1"))
	same(t, "provider", field(core, "provider"), ref("eks:index:Cluster$pulumi:providers:kubernetes::demo-eks-k8s"))
	same(t, "accessEntries", field(core, "accessEntries"), list(object(props{"principalArn": str("arn:a")})))
	same(t, "kubeconfig", field(core, "kubeconfig", "kind"), str("Config"))
	if diff := cmp.Diff(mappable(object(result.Outputs)), mappable(object(f.states[result.URN]))); diff != "" {
		t.Errorf("what was registered differs from what was returned (-returned +registered):\n%s", diff)
	}

	skip := newFake()
	skip.outputs[awsCluster]["vpcConfig"] = object(props{"clusterSecurityGroupId": str("sg-eks")})
	without := construct(t, skip, "eks:index:Cluster", "demo", bare(props{"skipDefaultSecurityGroups": yes(true)}))
	same(t, "nodeSecurityGroupId without groups", without.Outputs["nodeSecurityGroupId"], str("sg-eks"))
	same(t, "clusterSecurityGroupId without groups", without.Outputs["clusterSecurityGroupId"], str("sg-eks"))
}
