package controls

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
)

const cluster = "aws:eks/cluster:Cluster"

// logTypes are all logs of a control plane.
var logTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

var eksCluster = []control.Control{
	{
		ID: "eks-endpoint-not-public", Severity: control.High,
		Title:   "The Kubernetes API has no public endpoint",
		Mapping: control.Mapping{SecurityHub: "EKS.1", CIS: "EKS 5.4.2", Checkov: "CKV_AWS_39", Trivy: "AWS-0040"},
		On:      []string{cluster}, Reads: []string{"vpcConfig.endpointPublicAccess"},
		Check:  isFalse("vpcConfig.endpointPublicAccess"),
		Fix:    "set vpcConfig.endpointPublicAccess to false (AWS's default is true) and run what talks to the cluster inside the VPC",
		Remedy: []control.Remedy{{Path: "vpcConfig.endpointPublicAccess", Value: false}},
		Bad:    `vpcConfig: {endpointPrivateAccess: true}`,
		Good:   `vpcConfig: {endpointPrivateAccess: true, endpointPublicAccess: false}`,
	},
	{
		ID: "eks-public-cidrs-restricted", Severity: control.Critical,
		Title:   "A public endpoint of the Kubernetes API admits named ranges only",
		Mapping: control.Mapping{SecurityHub: "EKS.1", CIS: "EKS 5.4.1", Checkov: "CKV_AWS_38", Trivy: "AWS-0041"},
		On:      []string{cluster}, Reads: []string{"vpcConfig.endpointPublicAccess", "vpcConfig.publicAccessCidrs"},
		Settings: []control.Setting{{Name: "prefixLength", Doc: "The shortest prefix that is a named range", Default: 16}},
		Check: func(r *control.Resource) {
			if r.Get("vpcConfig.endpointPublicAccess").False() {
				return
			}
			ranges := r.Get("vpcConfig.publicAccessCidrs")
			if !ranges.IsSet() {
				r.Want(ranges, "the ranges that may call the API; AWS's default is 0.0.0.0/0")
			}
			if cidr.WiderThan(cidr.Parse(ranges.Texts()...), r.Number("prefixLength")-1, 2*r.Number("prefixLength")-1) {
				r.Want(ranges, "ranges of /"+strconv.Itoa(r.Number("prefixLength"))+" or longer")
			}
		},
		Fix:  "list your own addresses in vpcConfig.publicAccessCidrs, or close the public endpoint",
		Bad:  `vpcConfig: {endpointPublicAccess: true, publicAccessCidrs: [0.0.0.0/1, 128.0.0.0/1]}`,
		Good: `vpcConfig: {endpointPublicAccess: true, publicAccessCidrs: [203.0.113.0/24]}`,
	},
	{
		ID: "eks-endpoint-private-enabled", Severity: control.High,
		Title:   "Nodes reach the Kubernetes API inside the VPC",
		Mapping: control.Mapping{CIS: "EKS 5.4.2"},
		On:      []string{cluster}, Reads: []string{"vpcConfig.endpointPrivateAccess"},
		Check:  isTrue("vpcConfig.endpointPrivateAccess"),
		Fix:    "set vpcConfig.endpointPrivateAccess to true",
		Remedy: []control.Remedy{{Path: "vpcConfig.endpointPrivateAccess", Value: true}},
		Bad:    `vpcConfig: {endpointPublicAccess: true}`,
		Good:   `vpcConfig: {endpointPublicAccess: true, endpointPrivateAccess: true}`,
	},
	{
		ID: "eks-secrets-cmk-encryption", Severity: control.High,
		Title:   "Kubernetes Secrets are encrypted with a key of one's own",
		Mapping: control.Mapping{SecurityHub: "EKS.3", CIS: "EKS 5.3.1", Checkov: "CKV_AWS_58", Trivy: "AWS-0039"},
		On:      []string{cluster}, Reads: []string{"encryptionConfig.resources", "encryptionConfig.provider.keyArn"},
		Check: all(
			func(r *control.Resource) {
				if v := r.Get("encryptionConfig.resources"); !slices.Contains(v.Texts(), "secrets") {
					r.Want(v, "[secrets]")
				}
			},
			isSet("encryptionConfig.provider.keyArn", "the ARN of a KMS key"),
		),
		Fix:  "set encryptionConfig with resources [secrets] and provider.keyArn; once set it can never be taken away",
		Bad:  `name: demo`,
		Good: `encryptionConfig: {resources: [secrets], provider: {keyArn: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"}}`,
	},
	{
		ID: "eks-audit-logging", Severity: control.Medium,
		Title:   "The control plane keeps an audit log",
		Mapping: control.Mapping{SecurityHub: "EKS.8", CIS: "EKS 2.1.1", Checkov: "CKV_AWS_37", Trivy: "AWS-0038"},
		On:      []string{cluster}, Reads: []string{"enabledClusterLogTypes"},
		Check:  hasLogs("audit"),
		Fix:    "add audit to enabledClusterLogTypes",
		Remedy: []control.Remedy{{Path: "enabledClusterLogTypes", Value: logTypes}},
		Bad:    `enabledClusterLogTypes: [api]`,
		Good:   `enabledClusterLogTypes: [api, audit]`,
	},
	{
		ID: "eks-all-log-types", Severity: control.Low,
		Title:   "The control plane keeps all its logs",
		Mapping: control.Mapping{CIS: "EKS 2.1.1", Checkov: "CKV_AWS_37", Trivy: "AWS-0038"},
		On:      []string{cluster}, Reads: []string{"enabledClusterLogTypes"},
		Check:  hasLogs(logTypes...),
		Fix:    "list api, audit, authenticator, controllerManager and scheduler in enabledClusterLogTypes",
		Remedy: []control.Remedy{{Path: "enabledClusterLogTypes", Value: logTypes}},
		Bad:    `enabledClusterLogTypes: [api, audit]`,
		Good:   `enabledClusterLogTypes: [api, audit, authenticator, controllerManager, scheduler]`,
	},
	{
		ID: "eks-log-group-managed", Severity: control.Medium,
		Title:   "The control plane's logs go to a log group of the stack's own",
		Mapping: control.Mapping{SecurityHub: "CloudWatch.16", CIS: "EKS 2.1.2", Checkov: "CKV_AWS_66", Trivy: "AWS-0017"},
		On:      []string{cluster, logGroup}, Reads: []string{"name", logGroup + " name"},
		CheckStack: func(s *control.Stack) {
			s.Each(cluster, func(r *control.Resource) {
				name := "/aws/eks/" + r.Get("name").Text() + "/cluster"
				for _, g := range s.Of(logGroup) {
					if g.Get("name").Text() == name && g.Get("retentionInDays").IsSet() && g.Get("kmsKeyId").IsSet() {
						return
					}
				}
				r.Violate("its logs go to %s, and no log group of that name with a retention and a KMS key is in the stack: EKS makes one that keeps them for ever", name)
			})
		},
		Fix: "declare the aws.cloudwatch.LogGroup with retentionInDays and kmsKeyId before the cluster",
		Bad: `
resources:
  demo:
    type: aws:eks/cluster:Cluster
    properties: {name: demo}
`,
		Good: `
resources:
  demo:
    type: aws:eks/cluster:Cluster
    properties: {name: demo}
    options: {dependsOn: ["${logs}"]}
  logs:
    type: aws:cloudwatch/logGroup:LogGroup
    properties: {name: /aws/eks/demo/cluster, retentionInDays: 365, kmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"}
`,
	},
	{
		ID: "eks-version-standard-support", Severity: control.High,
		Title:   "The cluster's Kubernetes version has standard support",
		Mapping: control.Mapping{SecurityHub: "EKS.2", Checkov: "CKV_AWS_339"},
		On:      []string{cluster}, Reads: []string{"version"},
		Check: versionSupported(0),
		Fix:   "set version to a minor with standard support; extended support costs six times as much",
		Bad:   `version: "1.32"`,
		Good:  `version: "1.36"`,
	},
	{
		ID: "plat-eks-version-runway", Severity: control.Medium,
		Title: "The cluster's Kubernetes version has support for long enough to plan the next one",
		On:    []string{cluster}, Reads: []string{"version"},
		Settings: []control.Setting{{Name: "days", Doc: "Days of standard support that must be left", Default: 60}},
		Check:    func(r *control.Resource) { versionSupported(r.Number("days"))(r) },
		Fix:      "plan the update to the next minor now: a cluster goes up by one minor at a time",
		Bad:      `version: "1.34"`,
		Good:     `version: "1.36"`,
	},
	{
		ID: "eks-upgrade-policy-standard", Severity: control.Medium,
		Title:   "The cluster does not slide into extended support",
		Mapping: control.Mapping{SecurityHub: "EKS.2"},
		On:      []string{cluster}, Reads: []string{"upgradePolicy.supportType"},
		Check:  oneOf("upgradePolicy.supportType", "STANDARD"),
		Fix:    "set upgradePolicy.supportType to STANDARD: AWS then updates the control plane at the end of standard support instead of charging for more",
		Remedy: []control.Remedy{{Path: "upgradePolicy.supportType", Value: "STANDARD"}},
		Bad:    `upgradePolicy: {supportType: EXTENDED}`,
		Good:   `upgradePolicy: {supportType: STANDARD}`,
	},
	{
		ID: "eks-auth-mode-api", Severity: control.Medium,
		Title:   "Who may enter the cluster is decided by access entries",
		Mapping: control.Mapping{CIS: "EKS 4.1.7"},
		On:      []string{cluster}, Reads: []string{"accessConfig.authenticationMode"},
		Check: oneOf("accessConfig.authenticationMode", "API", "API_AND_CONFIG_MAP"),
		Fix:   "set accessConfig.authenticationMode to API",
		Bad:   `accessConfig: {authenticationMode: CONFIG_MAP}`,
		Good:  `accessConfig: {authenticationMode: API}`,
	},
	{
		ID: "eks-no-bootstrap-creator-admin", Severity: control.Medium,
		Title:   "Nobody is an administrator of the cluster for having created it",
		Mapping: control.Mapping{CIS: "EKS 4.1.1"},
		On:      []string{cluster}, Reads: []string{"accessConfig.bootstrapClusterCreatorAdminPermissions"},
		Check:  isFalse("accessConfig.bootstrapClusterCreatorAdminPermissions"),
		Fix:    "set accessConfig.bootstrapClusterCreatorAdminPermissions to false and give the deployer an access entry; changing it replaces a cluster that exists",
		Remedy: []control.Remedy{{Path: "accessConfig.bootstrapClusterCreatorAdminPermissions", Value: false}},
		Bad:    `accessConfig: {authenticationMode: API}`,
		Good:   `accessConfig: {authenticationMode: API, bootstrapClusterCreatorAdminPermissions: false}`,
	},
	{
		ID: "eks-zonal-shift-enabled", Severity: control.Low,
		Title: "Traffic can be shifted away from an impaired zone",
		On:    []string{cluster}, Reads: []string{"zonalShiftConfig.enabled"},
		Check:  isTrue("zonalShiftConfig.enabled"),
		Fix:    "set zonalShiftConfig.enabled to true",
		Remedy: []control.Remedy{{Path: "zonalShiftConfig.enabled", Value: true}},
		Bad:    `name: demo`,
		Good:   `zonalShiftConfig: {enabled: true}`,
	},
	{
		ID: "eks-cluster-two-subnets-two-azs", Severity: control.High,
		Title: "The control plane has subnets in several zones",
		On:    []string{cluster, subnet}, Reads: []string{"vpcConfig.subnetIds", subnet + " availabilityZone"},
		Settings: []control.Setting{{Name: "zones", Doc: "The least number of zones", Default: 2}},
		CheckStack: func(s *control.Stack) {
			s.Each(cluster, func(r *control.Resource) {
				var zones []string
				subnets := s.Referred(r, "vpcConfig.subnetIds", subnet)
				for _, n := range subnets {
					zones = append(zones, n.Get("availabilityZone").Text())
				}
				slices.Sort(zones)
				if n := len(slices.Compact(zones)); len(subnets) > 0 && n < s.Number("zones") {
					r.Violate("its subnets are in %d zone(s): want %d or more", n, s.Number("zones"))
				}
			})
		},
		Fix: "give vpcConfig.subnetIds subnets in at least as many zones as nodes run in",
		Bad: `
resources:
  a:
    type: aws:ec2/subnet:Subnet
    properties: {availabilityZone: us-west-2a, cidrBlock: 10.0.0.0/28}
  b:
    type: aws:ec2/subnet:Subnet
    properties: {availabilityZone: us-west-2a, cidrBlock: 10.0.0.16/28}
  demo:
    type: aws:eks/cluster:Cluster
    properties: {vpcConfig: {subnetIds: ["${a.id}", "${b.id}"]}}
`,
		Good: `
resources:
  a:
    type: aws:ec2/subnet:Subnet
    properties: {availabilityZone: us-west-2a, cidrBlock: 10.0.0.0/28}
  b:
    type: aws:ec2/subnet:Subnet
    properties: {availabilityZone: us-west-2b, cidrBlock: 10.0.0.16/28}
  demo:
    type: aws:eks/cluster:Cluster
    properties: {vpcConfig: {subnetIds: ["${a.id}", "${b.id}"]}}
`,
	},
}

func hasLogs(want ...string) check {
	return func(r *control.Resource) {
		logs := r.Get("enabledClusterLogTypes")
		for _, w := range want {
			if !slices.Contains(logs.Texts(), w) {
				r.Want(logs, w+" among them")
				return
			}
		}
	}
}

// versionSupported wants a Kubernetes version to have standard support for some
// more days.
func versionSupported(days int) check {
	return func(r *control.Resource) {
		v := r.Get("version")
		if !v.IsSet() {
			if days == 0 {
				r.Want(v, "a Kubernetes version: without one AWS takes its newest")
			}
			return
		}
		left, known := supportLeft(eksStandardSupport, v.Text(), r.Now())
		if known && left < time.Duration(days)*24*time.Hour {
			r.Violate("version is %s, whose standard support ends on %s: want %s", v.Describe(),
				endOf(eksStandardSupport, v.Text()), newerThan(v.Text()))
		}
	}
}

func endOf(table map[string]string, version string) string {
	if day, ok := table[version]; ok {
		return day
	}
	return "a day long past"
}

func newerThan(version string) string {
	if major, _, ok := strings.Cut(version, "."); ok && minor(version) < 1<<20 {
		return major + "." + strconv.Itoa(minor(version)+1) + " or newer"
	}
	return "a newer one"
}
