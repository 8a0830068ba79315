package ekstree

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	perrors "github.com/pulumi/pulumi/sdk/v3/go/pulumi/errors"
)

const (
	clusterType   = "eks:index:Cluster"
	nodeGroupType = "eks:index:ManagedNodeGroup"
)

// TestRefusals: what the plugin refuses, and what is not modelled, is refused by the name of the input, before anything is
// registered.
func TestRefusals(t *testing.T) {
	t.Parallel()
	role := func(f *fake) value { return f.made("aws:iam/role:Role", "r", "r", props{"arn": str("arn:r")}) }
	group := func(more props) props {
		return merged(object(props{"cluster": resource.MakeComponentResourceReference("urn:c", ""), "nodeRoleArn": str("arn:r")}), object(more))
	}
	tests := map[string]struct {
		typ    string
		in     func(f *fake) props
		inputs []string
	}{
		"mode": {clusterType, onto(props{"authenticationMode": str("IAM")}), []string{"authenticationMode"}},
		"mappings without map": {clusterType, onto(props{
			"authenticationMode": str("API"), "roleMappings": list(object(nil)), "userMappings": list(object(nil)),
		}), []string{"roleMappings", "userMappings"}},
		"roles without map": {clusterType, func(f *fake) props {
			return bare(props{"authenticationMode": str("API"), "instanceRoles": list(role(f))})
		}, []string{"instanceRoles"}},
		"entries without mode":    {clusterType, onto(props{"accessEntries": object(nil)}), []string{"accessEntries"}},
		"entries with config map": {clusterType, onto(props{"authenticationMode": str("CONFIG_MAP"), "accessEntries": object(nil)}), []string{"accessEntries"}},
		"auto mode without mode":  {clusterType, onto(props{"autoMode": object(props{"enabled": yes(true)})}), []string{"autoMode"}},
		"role and roles":          {clusterType, func(f *fake) props { return bare(props{"instanceRole": role(f), "instanceRoles": list(role(f))}) }, []string{"instanceRole"}},
		"subnets twice":           {clusterType, onto(props{"subnetIds": strs("s")}), []string{"subnetIds"}},
		"nodes twice":             {clusterType, onto(props{"nodeGroupOptions": object(props{"minSize": num(1)}), "maxSize": num(2)}), []string{"nodeGroupOptions"}},
		"ranges of no endpoint":   {clusterType, onto(props{"publicAccessCidrs": strs("192.0.2.0/24"), "endpointPublicAccess": yes(false)}), []string{"publicAccessCidrs"}},
		"default node group":      {clusterType, onto(props{"skipDefaultNodeGroup": yes(false)}), []string{"skipDefaultNodeGroup"}},
		"several at once":         {clusterType, onto(props{"authenticationMode": str("IAM"), "subnetIds": strs("s")}), []string{"authenticationMode", "subnetIds"}},
		"Fargate":                 {clusterType, onto(props{"fargate": yes(true)}), []string{"fargate"}},
		"creation role":           {clusterType, onto(props{"creationRoleProvider": object(nil)}), []string{"creationRoleProvider"}},
		"misspelt":                {clusterType, onto(props{"vpcID": str("v")}), []string{"vpcID"}},
		"misspelt option":         {clusterType, onto(props{"vpcCniOptions": object(props{"mtu": num(1)})}), []string{"vpcCniOptions.mtu"}},
		"misspelt entry": {clusterType, onto(props{
			"authenticationMode": str("API"), "accessEntries": object(props{"a": object(props{"principalArn": str("p"), "userName": str("u")})}),
		}), []string{"accessEntries.a.userName"}},
		"CNI of a cluster": {clusterType, onto(props{"vpcCniOptions": object(props{"externalSnat": yes(true), "cniExternalSnat": yes(true)})}), []string{"externalSnat"}},

		"CNI without a version": {"eks:index:VpcCniAddon", just(props{"clusterName": str("c")}), []string{"addonVersion"}},
		"CNI of no cluster":     {"eks:index:VpcCniAddon", just(props{"addonVersion": str("v1")}), []string{"clusterName"}},
		"add-on of nothing":     {"eks:index:Addon", just(props{"addonName": str("a")}), []string{"cluster"}},
		"add-on of a text":      {"eks:index:Addon", just(props{"addonName": str("a"), "cluster": str("c")}), []string{"cluster"}},
		"security group":        {"eks:index:NodeGroupSecurityGroup", just(props{}), []string{"vpcId", "clusterSecurityGroup", "eksCluster"}},

		"nodes without a role":  {nodeGroupType, just(group(props{"nodeRoleArn": null})), []string{"nodeRole"}},
		"nodes with two roles":  {nodeGroupType, func(f *fake) props { return group(props{"nodeRole": role(f)}) }, []string{"nodeRole"}},
		"image and type":        {nodeGroupType, just(group(props{"amiId": str("ami-1"), "amiType": str("AL2023_x86_64_STANDARD"), "gpu": yes(true)})), []string{"amiId", "amiId"}},
		"template and its part": {nodeGroupType, just(group(props{"launchTemplate": object(nil), "enableIMDSv2": yes(true)})), []string{"launchTemplate"}},
		"user data and flags":   {nodeGroupType, just(group(props{"userData": str("x"), "kubeletExtraArgs": str("x")})), []string{"userData"}},
		"EFA":                   {nodeGroupType, just(group(props{"enableEfaSupport": yes(true)})), []string{"enableEfaSupport"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			_, err := Construct(t.Context(), f, Request{Type: tc.typ, Name: "demo", Parent: stackURN, Inputs: tc.in(f)})
			var refused *perrors.InputPropertiesError
			if !errors.As(err, &refused) {
				t.Fatalf("the error is %v: want one about %v", err, tc.inputs)
			}
			got := each(refused.Errors, func(d perrors.InputPropertyErrorDetails) string { return d.PropertyPath })
			if diff := cmp.Diff(tc.inputs, got); diff != "" {
				t.Errorf("the inputs refused differ (-want +got):\n%s", diff)
			}
			// The options of a cluster's CNI are checked when it is its turn, by the plugin too.
			if len(f.registered) > 0 && name != "CNI of a cluster" {
				t.Errorf("%d resources were registered all the same", len(f.registered))
			}
		})
	}
}

func just(in props) func(*fake) props { return func(*fake) props { return in } }
func onto(in props) func(*fake) props { return just(bare(in)) }

func TestUnknownComponents(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]string{
		"eks:index:NodeGroup":                   "ManagedNodeGroup",
		"eks:index:NodeGroupV2":                 "ManagedNodeGroup",
		"eks:index:ClusterCreationRoleProvider": "providerCredentialOpts",
		"eks:index:Nothing":                     "no such component",
	} {
		_, err := Construct(t.Context(), newFake(), Request{Type: typ, Name: "demo"})
		if err == nil || !strings.Contains(err.Error(), typ) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v: want it to name the type and %q", typ, err, want)
		}
	}
}

// TestEngineRefuses: what the engine refuses stops the tree there.
func TestEngineRefuses(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.refuse = "demo-eksCluster"
	_, err := Construct(t.Context(), f, Request{Type: clusterType, Name: "demo", Parent: stackURN, Inputs: bare(nil)})
	if err == nil || !strings.Contains(err.Error(), "ResourceInUseException") || !strings.Contains(err.Error(), awsCluster) {
		t.Errorf("the error is %v: want the engine's, with the type", err)
	}
	last := f.registered[len(f.registered)-1]
	if i := slices.IndexFunc(f.registered, func(r Registration) bool { return r.Type == kubeProvider }); i >= 0 || f.has("eks:index:VpcCniAddon") {
		t.Errorf("the tree went on after the refusal, to %s", last.Name)
	}
}
