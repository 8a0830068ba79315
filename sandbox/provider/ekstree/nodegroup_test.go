package ekstree

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	perrors "github.com/pulumi/pulumi/sdk/v3/go/pulumi/errors"
)

const (
	awsNodeGroup   = "aws:eks/nodeGroup:NodeGroup"
	launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate"
)

// group constructs a managed node group of a cluster with access entries.
func group(t *testing.T, f *fake, in props) (Result, error) {
	t.Helper()
	made := construct(t, f, clusterType, "demo", bare(props{
		"authenticationMode": str("API"), "version": str("1.35"), "kubernetesServiceIpAddressRange": str("172.20.0.0/16"),
	}))
	return Construct(t.Context(), f, Request{Type: nodeGroupType, Name: "system", Parent: stackURN, Inputs: merged(object(props{
		"cluster": resource.MakeComponentResourceReference(resource.URN(made.URN), ""), "nodeRoleArn": str("arn:node"),
	}), object(in))})
}

func TestManagedNodeGroup(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason   string
		in       props
		inputs   props // Of the node group, as far as the test is about them.
		template props // Of the launch template; nil for none.
		ignored  []string
	}{
		"defaults": {
			reason: "sizes, subnets and the version come from the component and the cluster",
			inputs: props{
				"scalingConfig": object(props{"desiredSize": num(2), "minSize": num(1), "maxSize": num(2)}),
				"subnetIds":     strs("subnet-1", "subnet-2"), "version": str("1.34"), "amiType": null,
			},
		},
		"Graviton": {
			reason: "the image fits the instance types",
			in:     props{"operatingSystem": str("AL2023"), "instanceTypes": strs("m7g.large", "c6gn.xlarge")},
			inputs: props{"amiType": str("AL2023_ARM_64_STANDARD")},
		},
		"GPU": {
			reason: "the image has the drivers",
			in:     props{"operatingSystem": str("Bottlerocket"), "gpu": yes(true)},
			inputs: props{"amiType": str("BOTTLEROCKET_x86_64_NVIDIA")},
		},
		"autoscaled": {
			reason: "an autoscaler's size is left alone",
			in:     props{"ignoreScalingChanges": yes(true)}, ignored: []string{"scalingConfig.desiredSize"},
		},
		"IMDSv2": {
			reason: "the instance metadata's settings and the disk are the template's, the version stays the group's",
			in:     props{"enableIMDSv2": yes(true), "diskSize": num(50), "operatingSystem": str("Bottlerocket")},
			inputs: props{"version": str("1.34"), "diskSize": null, "amiType": str("BOTTLEROCKET_x86_64")},
			template: props{
				"metadataOptions": object(props{
					"httpTokens": str("required"), "httpPutResponseHopLimit": num(2), "httpEndpoint": str("enabled"),
				}),
				"blockDeviceMappings": list(object(props{"deviceName": str("/dev/xvdb"), "ebs": object(props{"volumeSize": num(50)})})),
			},
		},
		"own user data": {
			reason:   "it comes as it is; the image is the recommended one, and the template's",
			in:       props{"userData": str("#!/bin/sh\n"), "amiType": str("AL2023_ARM_64_STANDARD")},
			inputs:   props{"version": null, "amiType": null},
			template: props{"userData": str(base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\n"))), "imageId": str("ami-newest")},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			if _, err := group(t, f, tc.in); err != nil {
				t.Fatal(err)
			}
			got := f.find(t, awsNodeGroup, "system")
			for k, want := range tc.inputs {
				same(t, tc.reason+": "+string(k), got.Inputs[k], want)
			}
			if diff := cmp.Diff(tc.ignored, got.IgnoreChanges); diff != "" {
				t.Errorf("%s: ignored changes differ (-want +got):\n%s", tc.reason, diff)
			}
			if f.has(launchTemplate) != (tc.template != nil) {
				t.Fatalf("%s: there is a launch template: %v", tc.reason, f.has(launchTemplate))
			}
			if tc.template != nil {
				same(t, tc.reason+": template", object(f.find(t, launchTemplate, "system-launchTemplate").Inputs), object(tc.template))
			}
			ordered(t, f)
		})
	}
}

// TestRecommendedImage: the parameter that AWS publishes the image under.
func TestRecommendedImage(t *testing.T) {
	t.Parallel()
	f := newFake()
	if _, err := group(t, f, props{"kubeletExtraArgs": str("--v=2"), "version": str("1.35"), "instanceTypes": strs("m7g.large")}); err != nil {
		t.Fatal(err)
	}
	want := "aws:ssm/getParameter:getParameter/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/image_id"
	if !slices.Contains(f.invoked, want) {
		t.Errorf("called were %v: want %s", f.invoked, want)
	}
}

// TestNodeGroupRefusals are those that need the cluster or other values.
func TestNodeGroupRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in    props
		input string
	}{
		"mixed architectures": {props{"operatingSystem": str("AL2023"), "instanceTypes": strs("m7g.large", "m6i.large")}, "instanceTypes"},
		"no instance type":    {props{"operatingSystem": str("AL2023"), "instanceTypes": strs("large")}, "instanceTypes"},
		"unknown image type":  {props{"enableIMDSv2": yes(true), "diskSize": num(9), "amiType": str("WINDOWS_CORE_2025_x86_64")}, "amiType"},
		"image type of another system": {
			props{"enableIMDSv2": yes(true), "diskSize": num(9), "amiType": str("AL2_x86_64"), "operatingSystem": str("AL2023")}, "operatingSystem",
		},
		"taint": {props{"amiId": str("ami-1"), "taints": list(object(props{"key": str("k"), "effect": str("NoSchedule")}))}, "taints"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := group(t, newFake(), tc.in)
			var refused *perrors.InputPropertiesError
			if !errors.As(err, &refused) || refused.Errors[0].PropertyPath != tc.input {
				t.Errorf("the error is %v: want one about %s", err, tc.input)
			}
		})
	}
}

// TestNodesMayJoin: without access entries only the cluster's own roles may join.
func TestNodesMayJoin(t *testing.T) {
	t.Parallel()
	for name, role := range map[string]string{"known": "arn:known", "stranger": "arn:other"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			known := f.made("aws:iam/role:Role", "known", "known", props{"arn": str("arn:known")})
			made := construct(t, f, clusterType, "demo", bare(props{"instanceRole": known}))
			_, err := Construct(t.Context(), f, Request{Type: nodeGroupType, Name: "g", Parent: stackURN, Inputs: props{
				"cluster": made.Outputs["core"], "nodeRoleArn": str(role),
			}})
			if (err != nil) != (name == "stranger") {
				t.Errorf("the error for %s is %v", role, err)
			}
			if err == nil && !slices.ContainsFunc(f.find(t, awsNodeGroup, "g").Dependencies, func(u string) bool { return strings.HasSuffix(u, "demo-nodeAccess") }) {
				t.Error("the node group does not wait for aws-auth")
			}
		})
	}
}

func TestNodeSecurityGroup(t *testing.T) {
	t.Parallel()
	f := newFake()
	result := construct(t, f, "eks:index:NodeGroupSecurityGroup", "own", props{
		"vpcId":                str("vpc-1"),
		"clusterSecurityGroup": f.made(securityGroup, "cp", "sg-cp", props{}),
		"eksCluster":           f.made(awsCluster, "c", "c", props{"name": str("main")}),
		"tags":                 object(props{"team": str("a")}),
	})
	same(t, "tags", f.find(t, securityGroup, "own-nodeSecurityGroup").Inputs["tags"], object(props{
		"Name": str("own-nodeSecurityGroup"), "kubernetes.io/cluster/main": str("owned"), "team": str("a"),
	}))
	same(t, "the rule into the control plane", f.find(t, securityGroupRule, "own-eksClusterIngressRule").Inputs["securityGroupId"], str("sg-cp"))
	if len(result.Outputs) != 2 {
		t.Errorf("the outputs are %v: want the group and the rule", mappable(object(result.Outputs)))
	}
}

func TestAddons(t *testing.T) {
	t.Parallel()
	f, _ := constructCluster(t, props{
		"tags": object(props{"team": str("a")}),
		"corednsAddonOptions": object(props{
			"version": str("v1.12.0"), "resolveConflictsOnUpdate": str("PRESERVE"),
			"configurationValues": object(props{"replicaCount": num(3), "corefile": str("<.>")}),
		}),
	})
	same(t, "CoreDNS", object(f.find(t, awsAddon, "demo-coredns").Inputs), object(props{
		"addonName": str("coredns"), "addonVersion": str("v1.12.0"), "clusterName": str("id-uster"), "preserve": yes(true),
		"resolveConflictsOnCreate": str("OVERWRITE"), "resolveConflictsOnUpdate": str("PRESERVE"),
		"tags": object(props{"team": str("a")}), "configurationValues": str(`{"corefile":"<.>","replicaCount":3}`),
	}))

	construct(t, f, "eks:index:VpcCniAddon", "cni", props{
		"clusterName": str("c"), "addonVersion": str("v1.20.0"), "warmEniTarget": num(0), "warmIpTarget": num(5), "enableNetworkPolicy": yes(false),
		"configurationValues": object(props{
			"env": object(props{"WARM_IP_TARGET": str("7")}), "init": object(props{"resources": object(nil)}),
		}),
	})
	config := text(f.find(t, awsAddon, "cni").Inputs["configurationValues"])
	for _, want := range []string{
		`"enableNetworkPolicy":"false"`, `"WARM_ENI_TARGET":"0"`, `"WARM_IP_TARGET":"7"`,
		`"init":{"env":{"DISABLE_TCP_EARLY_DEMUX":"false"},"resources":{}}`,
	} {
		if !strings.Contains(config, want) {
			t.Errorf("the CNI's configuration is %s: want %s in it", config, want)
		}
	}
}
