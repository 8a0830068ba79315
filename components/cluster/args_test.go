package cluster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
)

const deployer = "arn:aws:iam::123456789012:role/deployer"

// good are arguments with nothing but what is required.
func good() Args {
	return Args{
		Region: "us-west-2", AccountID: "123456789012",
		VPCID: pulumi.String("vpc-1"), VPCCIDRs: []string{"10.0.0.0/16", "100.64.0.0/16"},
		SubnetIDs:   pulumi.ToStringArray([]string{"subnet-1", "subnet-2"}),
		DeployerARN: deployer, Admins: map[string]string{"deployer": deployer},
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	const other = "arn:aws:iam::123456789012:role/other"
	many := make([]string, 41)
	for i := range many {
		many[i] = fmt.Sprintf("203.0.113.%d/32", i)
	}
	cases := map[string]struct {
		change func(*Args)
		want   string // the beginning of the only problem; empty when there is none
	}{
		"the least": {func(*Args) {}, ""},
		"everything": {func(a *Args) {
			a.ClusterName, a.Version, a.ServiceCIDR, a.Support = "Prod_1", "1.36", "10.96.0.0/12", ExtendedSupport
			a.LogRetentionDays, a.KeyDeletionDays, a.LogKeyARN = 365, 7, pulumi.String("arn:key")
			a.PublicCIDRs, a.OtherCIDRs = []string{"203.0.113.0/24"}, []string{"192.168.0.0/16"}
			a.Access = map[string]Entry{"people": {PrincipalARN: other, Policies: map[Policy][]string{View: nil, Edit: {"shop"}}, Groups: []string{"team"}}}
		}, ""},
		"name with a dot":           {func(a *Args) { a.ClusterName = "a.b" }, "ClusterName is"},
		"name too long":             {func(a *Args) { a.ClusterName = strings.Repeat("a", 101) }, "ClusterName is"},
		"version too old":           {func(a *Args) { a.Version = "1.30" }, "Version: version 1.30"},
		"version unknown but newer": {func(a *Args) { a.Version = "1.40" }, ""},
		"no region":                 {func(a *Args) { a.Region = "" }, "Region is"},
		"no account":                {func(a *Args) { a.AccountID = "123" }, "AccountID is"},
		"no VPC":                    {func(a *Args) { a.VPCID = nil }, "VPCID is required"},
		"no subnets":                {func(a *Args) { a.SubnetIDs = nil }, "SubnetIDs is required"},
		"no ranges of the VPC":      {func(a *Args) { a.VPCCIDRs = nil }, "VPCCIDRs is required"},

		"services too wide":                 {func(a *Args) { a.ServiceCIDR = "172.16.0.0/11" }, "ServiceCIDR is"},
		"services too narrow":               {func(a *Args) { a.ServiceCIDR = "172.20.0.0/25" }, "ServiceCIDR is"},
		"services public":                   {func(a *Args) { a.ServiceCIDR = "100.64.0.0/16"; a.VPCCIDRs = []string{"10.0.0.0/16"} }, "ServiceCIDR is"},
		"services half private":             {func(a *Args) { a.ServiceCIDR = "192.160.0.0/12" }, "ServiceCIDR is"},
		"services with host bits":           {func(a *Args) { a.ServiceCIDR = "172.20.1.0/16" }, `ServiceCIDR is "172.20.1.0/16": want 172.20.0.0/16`},
		"services in the VPC":               {func(a *Args) { a.ServiceCIDR = "10.0.128.0/20" }, "ServiceCIDR is"},
		"services around the VPC":           {func(a *Args) { a.ServiceCIDR = "10.0.0.0/12" }, "ServiceCIDR is"},
		"services of a peer":                {func(a *Args) { a.OtherCIDRs = []string{"172.20.0.0/24"} }, "ServiceCIDR is"},
		"a range of the VPC is none":        {func(a *Args) { a.VPCCIDRs = []string{"10.0.0.0"} }, "VPCCIDRs is"},
		"a range of the VPC with host bits": {func(a *Args) { a.VPCCIDRs = []string{"10.0.0.1/16"} }, "VPCCIDRs is"},

		"public to all":               {func(a *Args) { a.PublicCIDRs = []string{"0.0.0.0/0"} }, "PublicCIDRs has 0.0.0.0/0: want the ranges"},
		"public to half":              {func(a *Args) { a.PublicCIDRs = []string{"128.0.0.0/1"} }, "PublicCIDRs has"},
		"public to all, as meant":     {func(a *Args) { a.PublicCIDRs = []string{"0.0.0.0/0"}; a.AllowWorld = true }, ""},
		"public to a private network": {func(a *Args) { a.PublicCIDRs = []string{"10.1.0.0/16"} }, "PublicCIDRs is"},
		"public to IPv6":              {func(a *Args) { a.PublicCIDRs = []string{"2001:db8::/32"} }, "PublicCIDRs is"},
		"public twice":                {func(a *Args) { a.PublicCIDRs = []string{"203.0.113.0/24", "203.0.113.0/24"} }, "PublicCIDRs is"},
		"public to too many":          {func(a *Args) { a.PublicCIDRs = many }, "PublicCIDRs is 41"},
		"public to as many as AWS":    {func(a *Args) { a.PublicCIDRs = many[:40] }, ""},

		"deployer is no admin": {func(a *Args) { a.Admins = map[string]string{"other": other} }, "Admins is [other]: want an entry for DeployerARN"},
		"deployer is a session": {func(a *Args) {
			a.DeployerARN = "arn:aws:sts::123456789012:assumed-role/deployer/me"
			a.Admins["deployer"] = a.DeployerARN
		}, "DeployerARN is"},
		"deployer is the account": {func(a *Args) {
			a.DeployerARN = "arn:aws:iam::123456789012:root"
			a.Admins["deployer"] = a.DeployerARN
		}, "DeployerARN is"},
		"deployer of another partition": {func(a *Args) {
			a.DeployerARN = "arn:aws-cn:iam::123456789012:role/deployer"
			a.Admins["deployer"] = a.DeployerARN
		}, "DeployerARN is"},
		"deployer with a path": {func(a *Args) {
			a.DeployerARN = "arn:aws:iam::123456789012:role/ci/deployer"
			a.Admins["deployer"] = a.DeployerARN
		}, ""},
		"an admin's name in capitals": {func(a *Args) { a.Admins["Ops"] = other }, "Admins.Ops is"},
		"a principal twice":           {func(a *Args) { a.Access = entry(deployer, View) }, "Admins.deployer has the principal of Access.a"},
		"a name twice": {func(a *Args) {
			a.Access = map[string]Entry{"deployer": {PrincipalARN: other, Policies: map[Policy][]string{View: nil}}}
		}, "Access is"},
		"a service-linked role": {func(a *Args) {
			a.Access = entry("arn:aws:iam::123456789012:role/aws-service-role/eks.amazonaws.com/x", View)
		}, "Access.a is"},
		"an entry without rights": {func(a *Args) { a.Access = map[string]Entry{"a": {PrincipalARN: other}} }, "Access.a.Policies is required"},
		"a policy that EKS lacks": {func(a *Args) { a.Access = entry(other, "AmazonEKSRootPolicy") }, "Access.a.Policies is"},
		"an administrator of a corner": {func(a *Args) {
			a.Access = map[string]Entry{"a": {PrincipalARN: other, Policies: map[Policy][]string{ClusterAdmin: {"shop"}}}}
		}, "Access.a.Policies is"},
		"a group of Kubernetes": {func(a *Args) {
			a.Access = map[string]Entry{"a": {PrincipalARN: other, Groups: []string{"system:masters"}}}
		}, "Access.a.Groups is"},

		"support of another kind":  {func(a *Args) { a.Support = "FOREVER" }, "Support is"},
		"a retention that is none": {func(a *Args) { a.LogRetentionDays = 91 }, "LogRetentionDays is 91"},
		"a key gone too soon":      {func(a *Args) { a.KeyDeletionDays = 6 }, "KeyDeletionDays is 6"},
		"a key gone too late":      {func(a *Args) { a.KeyDeletionDays = 31 }, "KeyDeletionDays is 31"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := good()
			tc.change(&args)
			err := args.Validate("demo")
			if tc.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatalf("nothing is wrong, want %q", tc.want)
			}
			found := false
			for _, p := range check.Problems(err) {
				found = found || strings.HasPrefix(p.Error(), tc.want)
			}
			if !found {
				t.Errorf("got %q, want %q", err, tc.want)
			}
		})
	}
}

func entry(principal string, policy Policy) map[string]Entry {
	return map[string]Entry{"a": {PrincipalARN: principal, Policies: map[Policy][]string{policy: nil}}}
}
