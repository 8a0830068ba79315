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
	armImage = "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/image_id"
	newImage = "/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/standard/recommended/image_id"
	image    = "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id"
)

func (w *world) ami(name string) string {
	w.t.Helper()
	p, err := w.acct.Invoke(w.session, "aws:ssm/getParameter:getParameter", cloud.Props{"name": name})
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Str("value")
}

// template makes a launch template and says how a node group names it.
func (w *world) template(p cloud.Props) cloud.Props {
	w.t.Helper()
	lt := w.make("template", cloud.LaunchTemplate, cloud.Props{"name": "nodes"}.With(p))
	return cloud.Props{"launchTemplate": map[string]any{"id": lt.ID, "version": "1"}}
}

func TestNodeGroup(t *testing.T) {
	t.Parallel()
	w := platform(t)
	g := w.make("group", cloud.EKSNodeGroup, w.groupProps(cloud.Props{
		"labels": map[string]any{"team": "a"}, "taints": []any{map[string]any{"key": "only", "value": "a", "effect": "NO_SCHEDULE"}},
	}))
	if g.ID != "demo:system" || g.Props.Str("status") != "ACTIVE" || g.Props.Str("amiType") != "AL2023_x86_64_STANDARD" ||
		g.Props.Str("version") != "1.35" || !strings.HasPrefix(g.Props.Str("releaseVersion"), "1.35.") || g.Props.Int("diskSize") != 20 {
		t.Errorf("got %v", g.Props)
	}
	if asg := g.Props.Objs("resources")[0].Objs("autoscalingGroups")[0].Str("name"); !strings.HasPrefix(asg, "eks-system-") {
		t.Errorf("auto scaling group is %q", asg)
	}
	w.look(func(tx *cloud.Tx) {
		nodes := eks.Nodes(tx, eks.ClusterByName(tx, "demo"))
		if len(nodes) != 2 {
			t.Fatalf("got nodes %v", nodes)
		}
		n := nodes[0]
		if !n.Ready || n.Zone == nodes[1].Zone || n.Group != "system" || n.MaxPods != 110 || n.Arch != "amd64" || !strings.HasSuffix(n.Name, ".us-west-2.compute.internal") {
			t.Errorf("got %+v", n)
		}
		if n.Labels["team"] != "a" || n.Labels["topology.kubernetes.io/zone"] != n.Zone || n.Labels["eks.amazonaws.com/nodegroup"] != "system" {
			t.Errorf("labels are %v", n.Labels)
		}
		if diff := cmp.Diff([]eks.Taint{{Key: "only", Value: "a", Effect: "NoSchedule"}}, n.Taints); diff != "" {
			t.Error(diff)
		}
	})
	if e, err := w.acct.Read(w.session, cloud.EKSAccessEntry, "demo:"+roleARN+"node"); err != nil || e == nil || e.Props.Str("type") != "EC2_LINUX" || e.Owner != "eks" {
		t.Errorf("the node role's access entry is %v, %v", e, err)
	}
	pods := 0
	for _, nic := range w.all(cloud.NetworkInterface) {
		if nic.Owner == "vpc-cni" {
			pods++
			if nic.Facts.Int("addresses") != 17 || !strings.HasPrefix(nic.Props.Str("privateIp"), "100.64.") {
				t.Errorf("a pod interface takes %d addresses at %s", nic.Facts.Int("addresses"), nic.Props.Str("privateIp"))
			}
		}
	}
	if pods != 2 {
		t.Errorf("got %d pod interfaces", pods)
	}
}

func TestNodeGroupRefusals(t *testing.T) {
	t.Parallel()
	size := func(least, desired, most float64) cloud.Props {
		return cloud.Props{"scalingConfig": map[string]any{"minSize": least, "desiredSize": desired, "maxSize": most}}
	}
	taint := func(key string) cloud.Props {
		return cloud.Props{"taints": []any{map[string]any{"key": key, "effect": "NO_SCHEDULE"}}}
	}
	fixed := func(p cloud.Props) func(*world) cloud.Props { return func(*world) cloud.Props { return p } }
	templated := func(lt, group cloud.Props) func(*world) cloud.Props {
		return func(w *world) cloud.Props { return w.template(lt).With(group) }
	}
	tests := map[string]struct {
		change func(w *world) cloud.Props
		want   string
	}{
		"taken name": {func(w *world) cloud.Props {
			w.make("first", cloud.EKSNodeGroup, w.groupProps(size(0, 0, 1)))
			return nil
		}, "ResourceInUseException"},
		"name with a dot":          {fixed(cloud.Props{"nodeGroupName": "a.b"}), "InvalidParameterException"},
		"absent cluster":           {fixed(cloud.Props{"clusterName": "other"}), "ResourceNotFoundException"},
		"fewer than the least":     {fixed(size(2, 1, 3)), "InvalidParameterException"},
		"more than the most":       {fixed(size(1, 4, 3)), "InvalidParameterException"},
		"least above most":         {fixed(size(3, 3, 2)), "InvalidParameterException"},
		"451 nodes":                {fixed(size(1, 451, 500)), "ResourceLimitExceededException"},
		"absent role":              {fixed(cloud.Props{"nodeRoleArn": roleARN + "no"}), "InvalidParameterException"},
		"role for another service": {fixed(cloud.Props{"nodeRoleArn": roleARN + "cluster"}), "InvalidParameterException"},
		"absent subnet":            {fixed(cloud.Props{"subnetIds": cloud.Strings("subnet-0")}), "InvalidParameterException"},
		"newer than the cluster":   {fixed(cloud.Props{"version": "1.36"}), "InvalidParameterException"},
		"four minors older":        {fixed(cloud.Props{"version": "1.31"}), "InvalidParameterException"},
		"AL2 for 1.33":             {fixed(cloud.Props{"version": "1.33", "amiType": "AL2_x86_64"}), "InvalidParameterException"},
		"Graviton with x86 image":  {fixed(cloud.Props{"instanceTypes": cloud.Strings("m7g.large")}), "InvalidParameterException"},
		"x86 with Arm image":       {fixed(cloud.Props{"amiType": "AL2023_ARM_64_STANDARD"}), "InvalidParameterException"},
		"unknown instance type":    {fixed(cloud.Props{"instanceTypes": cloud.Strings("m6i.lagre")}), "InvalidParameterException"},
		"release of another minor": {fixed(cloud.Props{"releaseVersion": "1.34.2-20260724"}), "InvalidParameterException"},
		"label of Kubernetes":      {fixed(cloud.Props{"labels": map[string]any{"kubernetes.io/role": "x"}}), "InvalidParameterException"},
		"label of a node role":     {fixed(cloud.Props{"labels": map[string]any{"node-role.kubernetes.io/x": ""}}), "InvalidParameterException"},
		"label with a space":       {fixed(cloud.Props{"labels": map[string]any{"a": "b c"}}), "InvalidParameterException"},
		"taint without a key":      {fixed(taint("")), "InvalidParameterException"},
		"taint with a long key":    {fixed(taint(strings.Repeat("a", 64))), "InvalidParameterException"},
		"no subnet":                {fixed(cloud.Props{"subnetIds": []any{}}), "InvalidParameterException"},
		"version that is none":     {fixed(cloud.Props{"version": "latest"}), "InvalidParameterException"},
		"21 instance types":        {fixed(cloud.Props{"instanceTypes": cloud.Strings(strings.Split(strings.Repeat("m6i.large,", 20)+"m6i.large", ",")...)}), "InvalidParameterException"},
		"custom without an image":  {fixed(cloud.Props{"amiType": "CUSTOM"}), "InvalidParameterException"},
		"template for spot":        {templated(cloud.Props{"instanceMarketOptions": map[string]any{"marketType": "spot"}}, nil), "InvalidParameterException"},
		"absent template":          {fixed(cloud.Props{"launchTemplate": map[string]any{"id": "lt-0", "version": "1"}}), "InvalidParameterException"},
		"absent template version": {func(w *world) cloud.Props {
			return cloud.Props{"launchTemplate": map[string]any{"id": w.template(nil).Obj("launchTemplate")["id"], "version": "2"}}
		}, "InvalidParameterException"},
		"template and disk":         {templated(nil, cloud.Props{"diskSize": 50.0}), "InvalidParameterException"},
		"template and remote":       {templated(nil, cloud.Props{"remoteAccess": map[string]any{"ec2SshKey": "k"}}), "InvalidParameterException"},
		"two instance types":        {templated(cloud.Props{"instanceType": "m6i.large"}, nil), "InvalidParameterException"},
		"template with profile":     {templated(cloud.Props{"iamInstanceProfile": map[string]any{"name": "x"}}, nil), "InvalidParameterException"},
		"template with subnet":      {templated(cloud.Props{"networkInterfaces": []any{map[string]any{"subnetId": "subnet-0"}}}, nil), "InvalidParameterException"},
		"template that hibernates":  {templated(cloud.Props{"hibernationOptions": map[string]any{"configured": true}}, nil), "InvalidParameterException"},
		"template that stops":       {templated(cloud.Props{"instanceInitiatedShutdownBehavior": "stop"}, nil), "InvalidParameterException"},
		"script as user data":       {templated(cloud.Props{"userData": encoded("#!/bin/sh\n")}, nil), "InvalidParameterException"},
		"MIME for Bottlerocket":     {templated(cloud.Props{"userData": encoded("MIME-Version: 1.0\n")}, cloud.Props{"amiType": "BOTTLEROCKET_x86_64"}), "InvalidParameterException"},
		"MIME without a part":       {templated(cloud.Props{"userData": encoded("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\nb\n")}, nil), "InvalidParameterException"},
		"MIME that is one document": {templated(cloud.Props{"userData": encoded("MIME-Version: 1.0\nContent-Type: application/node.eks.aws\n\nkind: NodeConfig\n")}, nil), "InvalidParameterException"},
		"TOML with a mistake":       {templated(cloud.Props{"userData": encoded("[settings.kubernetes\n")}, cloud.Props{"amiType": "BOTTLEROCKET_x86_64"}), "InvalidParameterException"},
		"script for Bottlerocket":   {templated(cloud.Props{"userData": encoded("#!/bin/sh\n")}, cloud.Props{"amiType": "BOTTLEROCKET_x86_64"}), "InvalidParameterException"},
		"image and type of image": {func(w *world) cloud.Props {
			return w.template(cloud.Props{"imageId": w.ami(image)}).With(cloud.Props{"amiType": "AL2023_x86_64_STANDARD"})
		}, "InvalidParameterException"},
		"image and version": {func(w *world) cloud.Props {
			return w.template(cloud.Props{"imageId": w.ami(image)}).With(cloud.Props{"version": "1.35"})
		}, "InvalidParameterException"},
		"image that does not exist": {templated(cloud.Props{"imageId": "ami-0"}, nil), "InvalidParameterException"},
		"subnet of another network": {func(w *world) cloud.Props {
			w.make("other", cloud.VPC, cloud.Props{"cidrBlock": "10.1.0.0/16"})
			w.make("other-a", cloud.Subnet, cloud.Props{"vpcId": w.ids["other"], "cidrBlock": "10.1.0.0/24", "availabilityZone": region + "a"})
			return cloud.Props{"subnetIds": w.subnets("other-a")}
		}, "InvalidParameterException"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := platform(t)
			change := tc.change(w)
			before := len(w.acct.Resources())
			_, err := w.try("second", cloud.EKSNodeGroup, w.groupProps(change))
			wantCode(t, err, tc.want)
			if after := len(w.acct.Resources()); after != before {
				t.Errorf("a refused node group left %d resources behind", after-before)
			}
		})
	}
}

func TestUserDataThatEKSMerges(t *testing.T) {
	t.Parallel()
	for kind, data := range map[string]string{
		"AL2023_x86_64_STANDARD": "Content-Type: multipart/mixed; boundary=\"b\"\nMIME-Version: 1.0\n\n--b\nContent-Type: application/node.eks.aws\n\nkind: NodeConfig\n--b--\n",
		"BOTTLEROCKET_x86_64":    "[settings.kubernetes]\nmax-pods = 110\n",
	} {
		w := platform(t)
		if _, err := w.try("group", cloud.EKSNodeGroup, w.groupProps(w.template(cloud.Props{"userData": encoded(data)}).With(cloud.Props{"amiType": kind}))); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestThirtyNodeGroups(t *testing.T) {
	t.Parallel()
	w := platform(t)
	for i := range 31 {
		name := "g" + strings.Repeat("x", i)
		_, err := w.try(name, cloud.EKSNodeGroup, w.groupProps(cloud.Props{
			"nodeGroupName": name, "scalingConfig": map[string]any{"minSize": 0.0, "desiredSize": 0.0, "maxSize": 1.0},
		}))
		if i < 30 && err != nil {
			t.Fatal(err)
		}
		if i == 30 {
			wantCode(t, err, "ResourceLimitExceededException")
		}
	}
}

func manyTaints(n int) []any {
	var taints []any
	for i := range n {
		taints = append(taints, map[string]any{"key": fmt.Sprint("k", i), "effect": "NO_SCHEDULE"})
	}
	return taints
}

func TestNodeGroupProviderChecks(t *testing.T) {
	t.Parallel()
	w := platform(t)
	for name, tc := range map[string]struct {
		change   cloud.Props
		property string
	}{
		"long name":        {cloud.Props{"nodeGroupName": strings.Repeat("a", 64)}, "nodeGroupName"},
		"unknown image":    {cloud.Props{"amiType": "AL2024"}, "amiType"},
		"unknown capacity": {cloud.Props{"capacityType": "CHEAP"}, "capacityType"},
		"no nodes ever":    {cloud.Props{"scalingConfig": map[string]any{"minSize": 0.0, "desiredSize": 0.0, "maxSize": 0.0}}, "scalingConfig.maxSize"},
		"51 taints":        {cloud.Props{"taints": manyTaints(51)}, "taints"},
		"unknown effect":   {cloud.Props{"taints": []any{map[string]any{"key": "a", "effect": "NoSchedule"}}}, "taints.effect"},
		"id and name":      {cloud.Props{"launchTemplate": map[string]any{"id": "lt-1", "name": "x", "version": "1"}}, "launchTemplate"},
		"both unavailable": {cloud.Props{"updateConfig": map[string]any{"maxUnavailable": 1.0, "maxUnavailablePercentage": 10.0}}, "updateConfig"},
	} {
		problems, err := w.acct.Check(cloud.EKSNodeGroup, w.groupProps(tc.change))
		if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
			t.Errorf("%s: got %v, %v, want one problem of %s", name, problems, err, tc.property)
		}
	}
}
