package ekstree

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"pgregory.net/rapid"
)

// TestProviders: the plugin inherits the providers that it is given, and its own for what is inside the cluster. An explicit
// AWS provider asks for no providerCredentialOpts: the plugin's check for it does not see providers that come over gRPC.
func TestProviders(t *testing.T) {
	t.Parallel()
	f := newFake()
	protect := true
	aws := urnPrefix + "pulumi:providers:aws::main::1"
	_, err := Construct(t.Context(), f, Request{
		Type: "eks:index:Cluster", Name: "demo", Parent: stackURN, Protect: &protect, Providers: map[string]string{"aws": aws},
		Config: map[string]string{"aws:profile": "work"}, Dependencies: []string{urnPrefix + "x:y:Z::before"},
		Inputs: bare(props{"vpcCniOptions": object(props{"securityContextPrivileged": yes(true)})}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range f.registered {
		want := map[string]string{"aws": aws, "kubernetes": urnPrefix + "eks:index:Cluster$pulumi:providers:kubernetes::demo-eks-k8s::id-netes"}[pkg(r.Type)]
		if r.Custom && r.Provider != want {
			t.Errorf("%s %s has the provider %q: want %q", r.Type, r.Name, r.Provider, want)
		}
		if r.Protect == nil || !*r.Protect {
			t.Errorf("%s %s is not protected", r.Type, r.Name)
		}
	}
	if slices.ContainsFunc(f.parents, func(p string) bool { return p != aws }) {
		t.Errorf("functions were called with %v: want the program's provider", f.parents)
	}
	root := f.registered[0]
	same(t, "the default profile", root.Inputs["providerCredentialOpts"], object(props{"profileName": str("work")}))
	if diff := cmp.Diff([]string{urnPrefix + "x:y:Z::before"}, root.Dependencies); diff != "" {
		t.Errorf("what the component depends on differs (-want +got):\n%s", diff)
	}
	if patch := f.find(t, "kubernetes:apps/v1:DaemonSetPatch", "demo-vpc-cni"); !patch.RetainOnDelete {
		t.Error("the patch of the CNI would be taken back on delete")
	}
}

// TestDependencies: what the inputs came from is what the resources depend on, whether it came in output values or beside them.
func TestDependencies(t *testing.T) {
	t.Parallel()
	const vpc, key = urnPrefix + "aws:ec2/vpc:Vpc::v", urnPrefix + "aws:kms/key:Key::k"
	f := newFake()
	_, err := Construct(t.Context(), f, Request{
		Type: "eks:index:Cluster", Name: "demo", Parent: stackURN,
		Inputs: bare(props{"encryptionConfigKeyArn": resource.NewOutputProperty(resource.Output{
			Element: str("arn:key"), Known: true, Secret: true, Dependencies: []resource.URN{key},
		})}),
		InputDependencies: map[string][]string{"vpcId": {vpc}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sg := f.find(t, securityGroup, "demo-eksClusterSecurityGroup")
	if diff := cmp.Diff(map[string][]string{"vpcId": {vpc}}, sg.PropertyDependencies); diff != "" {
		t.Errorf("what the security group depends on differs (-want +got):\n%s", diff)
	}
	eks := f.find(t, awsCluster, "demo-eksCluster")
	if !slices.Equal(eks.PropertyDependencies["encryptionConfig"], []string{key}) || !eks.Inputs["encryptionConfig"].IsSecret() {
		t.Errorf("encryptionConfig is %v and depends on %v: want a secret from %s",
			eks.Inputs["encryptionConfig"], eks.PropertyDependencies["encryptionConfig"], key)
	}
}

// TestPreview: what is not known yet is registered as unknown, and depends on what will make it known.
func TestPreview(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.dry = true
	result := construct(t, f, "eks:index:Cluster", "demo", bare(props{
		"name": str("demo"), "authenticationMode": str("API"), "createInstanceRole": yes(true),
		"accessEntries": object(props{"a": object(props{"principalArn": str("arn:a")})}),
		"vpcId":         resource.MakeComputed(str("")),
	}))
	same(t, "an unknown input", f.find(t, securityGroup, "demo-nodeSecurityGroup").Inputs["vpcId"], str("(unknown)"))
	same(t, "a known output", f.find(t, accessEntry, "demo-a").Inputs["clusterName"], str("demo"))
	same(t, "a part of an input", f.find(t, awsCluster, "demo-eksCluster").Inputs["vpcConfig"], object(props{
		"securityGroupIds": strs("(unknown)"), "subnetIds": strs("subnet-1", "subnet-2"),
	}))
	kube := f.find(t, kubeProvider, "demo-eks-k8s")
	same(t, "the kubeconfig", kube.Inputs["kubeconfig"], str("(unknown)"))
	if !slices.Equal(kube.Dependencies, []string{eksClusterURN}) {
		t.Errorf("the provider depends on %v: want the cluster", kube.Dependencies)
	}
	same(t, "core", result.Outputs["core"], str("(unknown)"))
	same(t, "eksCluster", result.Outputs["eksCluster"], object(props{"resourceRef": str(strings.TrimPrefix(eksClusterURN, urnPrefix))}))
	if !slices.Equal(f.invoked, []string{"aws:index/getPartition:getPartition"}) {
		t.Errorf("functions were called with unknown arguments: %v", f.invoked)
	}
	construct(t, f, "eks:index:ManagedNodeGroup", "system", props{
		"cluster":     resource.MakeComponentResourceReference(resource.URN(result.URN), ""),
		"nodeRoleArn": str("arn:node"),
	})
	same(t, "the node group's cluster", f.find(t, "aws:eks/nodeGroup:NodeGroup", "system").Inputs["clusterName"], str("(unknown)"))
	ordered(t, f)
}

// TestEveryCluster draws combinations of inputs: whatever is accepted makes a tree in which nothing comes before what it
// depends on, nothing comes twice, and outputs do not depend on anything outside of it.
func TestEveryCluster(t *testing.T) {
	t.Parallel()
	options := props{
		"name": str("demo"), "version": str("1.35"), "tags": object(props{"a": str("b")}), "useDefaultVpcCni": yes(true),
		"skipDefaultSecurityGroups": yes(true), "createOidcProvider": yes(true), "createInstanceRole": yes(true),
		"storageClasses": str("gp2"), "encryptionConfigKeyArn": str("arn:key"), "authenticationMode": str("API"),
		"autoMode": object(props{"enabled": yes(true)}), "kubeProxyAddonOptions": object(props{"enabled": yes(false)}),
		"corednsAddonOptions": object(props{"enabled": yes(true)}), "publicAccessCidrs": strs("192.0.2.0/24"),
		"roleMappings": list(object(props{"roleArn": str("arn:r"), "username": str("u")})),
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := newFake()
		f.dry = rapid.Bool().Draw(rt, "preview")
		in := bare(nil)
		for _, k := range keys(options) {
			if rapid.Bool().Draw(rt, string(k)) {
				in[k] = options[k]
			}
		}
		result, err := Construct(t.Context(), f, Request{Type: "eks:index:Cluster", Name: "demo", Parent: stackURN, Inputs: in})
		if err != nil {
			if len(f.registered) > 0 {
				rt.Fatalf("refused with %v after %d registrations", err, len(f.registered))
			}
			return
		}
		seen := map[string]bool{stackURN: true}
		for i, r := range f.registered {
			for _, urn := range append([]string{r.Parent}, r.Dependencies...) {
				if !seen[urn] {
					rt.Fatalf("%s was registered before %s", f.urns[i], urn)
				}
			}
			if seen[f.urns[i]] {
				rt.Fatalf("%s was registered twice", f.urns[i])
			}
			seen[f.urns[i]] = true
		}
		var c carried
		c.carry(object(result.Outputs))
		for _, urn := range texts(c.urns()) {
			if !seen[urn] {
				rt.Fatalf("an output depends on %s, which was not registered", urn)
			}
		}
	})
}
