package provider

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func network(more cloud.Props) cloud.Props { return cloud.Props{"cidrBlock": "10.0.0.0/16"}.With(more) }

func TestCheckFailures(t *testing.T) {
	t.Parallel()
	_, e := aws(t)
	r, err := e.Check(t.Context(), &pulumirpc.CheckRequest{
		Urn: urnOf(cloud.VPC, "v"), News: e.wire(cloud.Props{"cidrBlok": "x", "enableDnsSupport": "yes"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.GetFailures() {
		got = append(got, f.GetProperty())
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"cidrBlok", "enableDnsSupport"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDiffOverTheWire(t *testing.T) {
	t.Parallel()
	_, e := aws(t)
	vpc := e.create(cloud.VPC, "v", network(cloud.Props{"tags": object{"a": "1"}}))
	role := e.create(cloud.IAMRole, "r", cloud.Props{"name": "fixed", "assumeRolePolicy": trust})
	autonamed := e.create(cloud.IAMRole, "s", cloud.Props{"assumeRolePolicy": trust})
	kind := func(name string, kind pulumirpc.PropertyDiff_Kind) map[string]pulumirpc.PropertyDiff_Kind {
		return map[string]pulumirpc.PropertyDiff_Kind{name: kind}
	}
	tests := map[string]struct {
		m      made
		change cloud.Props
		ignore []string
		want   map[string]pulumirpc.PropertyDiff_Kind
		before bool // The old one is deleted before the new one comes.
	}{
		"nothing":            {vpc, nil, nil, nil, false},
		"changed":            {vpc, cloud.Props{"tags": object{"a": "2"}}, nil, kind("tags", pulumirpc.PropertyDiff_UPDATE), false},
		"another default":    {vpc, cloud.Props{"enableNetworkAddressUsageMetrics": true}, nil, kind("enableNetworkAddressUsageMetrics", pulumirpc.PropertyDiff_UPDATE), false},
		"removed":            {vpc, cloud.Props{"tags": nil}, nil, kind("tags", pulumirpc.PropertyDiff_DELETE), false},
		"replacing":          {vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"}, nil, kind("cidrBlock", pulumirpc.PropertyDiff_UPDATE_REPLACE), false},
		"unknown, replacing": {vpc, cloud.Props{"cidrBlock": cloud.Unknown}, nil, kind("cidrBlock", pulumirpc.PropertyDiff_UPDATE_REPLACE), false},
		"ignored":            {vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"}, []string{"cidrBlock"}, nil, false},
		"all ignored":        {vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"}, []string{"*"}, nil, false},
		"another ignored":    {vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"}, []string{"cidr", "cidrBlock.x", "["}, kind("cidrBlock", pulumirpc.PropertyDiff_UPDATE_REPLACE), false},
		"fixed name":         {role, cloud.Props{"path": "/p/"}, nil, kind("path", pulumirpc.PropertyDiff_UPDATE_REPLACE), true},
		"fixed, no replace":  {role, cloud.Props{"description": "d"}, nil, kind("description", pulumirpc.PropertyDiff_ADD), false},
		"made name":          {autonamed, cloud.Props{"path": "/p/"}, nil, kind("path", pulumirpc.PropertyDiff_UPDATE_REPLACE), false},
		"JSON reordered":     {role, cloud.Props{"assumeRolePolicy": `{"Statement":[{"Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"},"Effect":"Allow"}],"Version":"2012-10-17"}`}, nil, nil, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := e.diff(tc.m, tc.m.inputs.With(tc.change), tc.ignore...)
			var kinds map[string]pulumirpc.PropertyDiff_Kind
			replaces := 0
			for path, d := range got.GetDetailedDiff() {
				if kinds == nil {
					kinds = map[string]pulumirpc.PropertyDiff_Kind{}
				}
				kinds[path] = d.GetKind()
				if d.GetKind()%2 == 1 {
					replaces++
				}
			}
			if diff := cmp.Diff(tc.want, kinds); diff != "" {
				t.Error(diff)
			}
			if len(got.GetReplaces()) != replaces || got.GetDeleteBeforeReplace() != tc.before || (got.GetChanges() == pulumirpc.DiffResponse_DIFF_SOME) != (tc.want != nil) {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestPreviewOfCreation(t *testing.T) {
	t.Parallel()
	account, e := aws(t)
	before := len(account.Resources())
	r, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(cloud.VPC, "v"), Properties: e.wire(network(nil)), Preview: true})
	if err != nil {
		t.Fatal(err)
	}
	got := e.props(r.GetProperties())
	if r.GetId() != "" || got["arn"] != cloud.Unknown || got["mainRouteTableId"] != cloud.Unknown || got["cidrBlock"] != "10.0.0.0/16" || got["enableDnsSupport"] != true {
		t.Errorf("got %q and %v", r.GetId(), got)
	}
	if after := len(account.Resources()); after != before {
		t.Error("a preview made something")
	}
}

func TestPreviewOfUpdate(t *testing.T) {
	t.Parallel()
	account, e := aws(t)
	lt := e.create(cloud.LaunchTemplate, "lt", cloud.Props{"instanceType": "m7g.large"})
	news := lt.inputs.With(cloud.Props{"instanceType": "m7g.xlarge", "updateDefaultVersion": true})
	r, err := e.Update(t.Context(), &pulumirpc.UpdateRequest{
		Id: lt.id, Urn: urnOf(cloud.LaunchTemplate, "lt"), OldInputs: e.wire(lt.inputs), Olds: e.wire(lt.state), News: e.wire(news), Preview: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	got := e.props(r.GetProperties())
	if got["latestVersion"] != cloud.Unknown || got["defaultVersion"] != cloud.Unknown || got["arn"] != lt.state["arn"] || got["instanceType"] != "m7g.xlarge" {
		t.Errorf("got %v", got)
	}
	now, err := account.Read(cloud.Session{Region: "us-west-2"}, cloud.LaunchTemplate, lt.id)
	if err != nil || now.Props.Int("latestVersion") != 1 {
		t.Errorf("a preview changed it: %v, %v", now, err)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	account, e := aws(t)
	inputs := network(cloud.Props{"enableDnsHostnames": false, "tags": object{"a": "1"}})
	group := func(vpc made) made {
		return e.create(cloud.SecurityGroup, "g", cloud.Props{"name": "g", "description": "d", "vpcId": vpc.id, "ingress": list{
			object{"protocol": "tcp", "fromPort": 1.0, "toPort": 1.0, "cidrBlocks": list{"10.0.0.0/8"}},
			object{"protocol": "tcp", "fromPort": 2.0, "toPort": 2.0, "cidrBlocks": list{"10.0.0.0/8"}},
		}})
	}
	vpc := e.create(cloud.VPC, "v", inputs)
	sg := group(vpc)
	for _, m := range []made{vpc, sg} {
		if diff := cmp.Diff(m.inputs, e.props(e.read(m).GetInputs())); diff != "" {
			t.Errorf("%s without drift: %s", m.token, diff)
		}
	}
	if err := account.Change(cloud.Session{Region: "us-west-2"}, "by hand", func(tx *cloud.Tx) error {
		r := tx.Get(cloud.VPC, vpc.id)
		r.Props["enableDnsHostnames"], r.Props["enableNetworkAddressUsageMetrics"] = true, true
		delete(r.Props, "tags")
		tx.Put(r)
		r = tx.Get(cloud.SecurityGroup, sg.id)
		slices.Reverse(r.Props.List("ingress"))
		tx.Put(r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	r := e.read(vpc)
	want := vpc.inputs.With(cloud.Props{"enableDnsHostnames": true})
	delete(want, "tags")
	if diff := cmp.Diff(want, e.props(r.GetInputs())); diff != "" {
		t.Errorf("inputs after a drift: %s", diff)
	}
	if got := e.props(r.GetProperties()); got["enableNetworkAddressUsageMetrics"] != true || got["enableDnsHostnames"] != true {
		t.Errorf("the state after a drift is %v", got)
	}
	if diff := cmp.Diff(sg.inputs, e.props(e.read(sg).GetInputs())); diff != "" {
		t.Errorf("another order is no drift: %s", diff)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	_, e := aws(t)
	vpc := e.create(cloud.VPC, "v", network(cloud.Props{"tags": object{"a": "1"}}))
	r := e.read(made{token: cloud.VPC, name: "v", id: vpc.id})
	inputs := e.props(r.GetInputs())
	if r.GetId() != vpc.id || inputs["cidrBlock"] != "10.0.0.0/16" || inputs.Has("arn") || inputs.Has("tagsAll") {
		t.Errorf("got %s, %v", r.GetId(), inputs)
	}
	e.check(cloud.VPC, "v", nil, inputs)
	if got := e.diff(made{cloud.VPC, "v", vpc.id, inputs, e.props(r.GetProperties())}, inputs); got.GetChanges() != pulumirpc.DiffResponse_DIFF_NONE {
		t.Errorf("what was imported shows changes: %v", got)
	}
}

func TestGone(t *testing.T) {
	t.Parallel()
	_, e := aws(t)
	vpc := e.create(cloud.VPC, "v", network(nil))
	for range 2 {
		if _, err := e.Delete(t.Context(), &pulumirpc.DeleteRequest{Id: vpc.id, Urn: urnOf(cloud.VPC, "v")}); err != nil {
			t.Fatal(err)
		}
	}
	if r := e.read(vpc); r.GetId() != "" || r.GetProperties() != nil {
		t.Errorf("a read finds %v", r)
	}
}

func TestLateFailureIsKept(t *testing.T) {
	t.Parallel()
	_, e := aws(t)
	vpc := e.create(cloud.VPC, "v", network(cloud.Props{"enableDnsHostnames": true}))
	role := e.create(cloud.IAMRole, "r", cloud.Props{"assumeRolePolicy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`})
	e.create(cloud.IAMRolePolicyAttachment, "p", cloud.Props{"role": role.id, "policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"})
	var subnets []any
	for zone, cidr := range map[string]string{"a": "10.0.0.0/24", "b": "10.0.1.0/24"} {
		s := e.create(cloud.Subnet, zone, cloud.Props{"vpcId": vpc.id, "cidrBlock": cidr, "availabilityZone": "us-west-2" + zone})
		subnets = append(subnets, s.id)
	}
	cluster := e.create(cloud.EKSCluster, "c", cloud.Props{"name": "demo", "version": "1.35", "roleArn": role.state["arn"], "vpcConfig": object{"subnetIds": subnets}})
	// CoreDNS has no nodes to run on.
	inputs := e.check(cloud.EKSAddon, "dns", nil, cloud.Props{"clusterName": cluster.id, "addonName": "coredns"})
	_, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(cloud.EKSAddon, "dns"), Properties: e.wire(inputs)})
	status, ok := rpcerror.FromError(err)
	if !ok || len(status.Details()) != 1 {
		t.Fatalf("got %v, want an error with details", err)
	}
	failed, ok := status.Details()[0].(*pulumirpc.ErrorResourceInitFailed)
	if !ok || failed.GetId() != "demo:coredns" || len(failed.GetReasons()) != 1 {
		t.Fatalf("got %v", status.Details()[0])
	}
	if state := e.props(failed.GetProperties()); state["arn"] == nil || state["addonName"] != "coredns" {
		t.Errorf("the state kept is %v", state)
	}
	if diff := cmp.Diff(inputs, e.props(failed.GetInputs())); diff != "" {
		t.Error(diff)
	}
	if r := e.read(made{token: cloud.EKSAddon, name: "dns", id: failed.GetId()}); r.GetId() != "demo:coredns" {
		t.Errorf("a read finds %v", r)
	}
}
