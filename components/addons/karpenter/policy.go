package karpenter

import (
	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/internal/partition"
)

// Tag keys by which Karpenter knows what it made.
const (
	poolTag    = "karpenter.sh/nodepool"
	classTag   = "karpenter.k8s.aws/ec2nodeclass"
	claimTag   = "karpenter.sh/nodeclaim"
	clusterTag = "eks:eks-cluster-name"
)

// grounds are where a controller's policies hold.
type grounds struct {
	region, account, cluster string
}

func (g grounds) ec2(account bool, kinds ...string) []string {
	owner := "*"
	if !account {
		owner = ""
	}
	all := make([]string, len(kinds))
	for i, kind := range kinds {
		all[i] = "arn:" + partition.Of(g.region) + ":ec2:" + g.region + ":" + owner + ":" + kind + "/*"
	}
	return all
}

// owned is the condition that a tag says that the thing, or the request, is the
// cluster's. The prefix is aws:RequestTag/ or aws:ResourceTag/.
func (g grounds) owned(prefix string) iampolicy.Conditions {
	return iampolicy.Conditions{
		"StringEquals": {prefix + tags.Cluster(g.cluster): {"owned"}},
		"StringLike":   {prefix + poolTag: {"*"}},
	}
}

// The policies follow the five that Karpenter's own CloudFormation template has,
// which are too long for one: what is made must be tagged as the cluster's, and
// only what is tagged so may be deleted. Zonal shift is left out, which is off.
// See https://karpenter.sh/docs/reference/cloudformation/

// lifecycle lets it start and stop nodes.
func (g grounds) lifecycle() iampolicy.Document {
	request, resource := "aws:RequestTag/", "aws:ResourceTag/"
	launch := []string{"ec2:RunInstances", "ec2:CreateFleet"}
	making := g.owned(request)
	making["StringEquals"][request+clusterTag] = []string{g.cluster}

	fromTemplate := iampolicy.Allow("UseTemplates", launch, g.ec2(true, "launch-template"))
	fromTemplate.Condition = g.owned(resource)
	made := iampolicy.Allow("MakeTagged", append(launch[:2:2], "ec2:CreateLaunchTemplate"),
		g.ec2(true, "fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"))
	made.Condition = making
	tag := iampolicy.Allow("TagWhatIsMade", []string{"ec2:CreateTags"}, made.Resource)
	tag.Condition = g.owned(request)
	tag.Condition["StringEquals"][request+clusterTag] = []string{g.cluster}
	tag.Condition["StringEquals"]["ec2:CreateAction"] = []string{"RunInstances", "CreateFleet", "CreateLaunchTemplate"}
	retag := iampolicy.Allow("TagNodes", []string{"ec2:CreateTags"}, g.ec2(true, "instance"))
	retag.Condition = g.owned(resource)
	retag.Condition["StringEqualsIfExists"] = map[string][]string{request + clusterTag: {g.cluster}}
	retag.Condition["ForAllValues:StringEquals"] = map[string][]string{"aws:TagKeys": {clusterTag, claimTag, "Name"}}
	end := iampolicy.Allow("Delete", []string{"ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"}, g.ec2(true, "instance", "launch-template"))
	end.Condition = g.owned(resource)
	return iampolicy.Document{
		iampolicy.Allow("UseGround", launch, append(g.ec2(false, "image", "snapshot"), g.ec2(true, "security-group", "subnet", "capacity-reservation")...)),
		fromTemplate, made, tag, retag, end,
	}
}

// profiles lets it give nodes their role, and only that one.
func (g grounds) profiles(nodeRoleARN string) iampolicy.Document {
	arn := []string{"arn:" + partition.Of(g.region) + ":iam::" + g.account + ":instance-profile/*"}
	pass := iampolicy.Allow("PassNodeRole", []string{"iam:PassRole"}, []string{nodeRoleARN})
	pass.Condition = iampolicy.Conditions{"StringEquals": {"iam:PassedToService": {"ec2." + partition.DNSSuffix(g.region)}}}
	ours := func(prefix string) iampolicy.Conditions {
		return iampolicy.Conditions{
			"StringEquals": {
				prefix + tags.Cluster(g.cluster):         {"owned"},
				prefix + "topology.kubernetes.io/region": {g.region},
			},
			"StringLike": {prefix + classTag: {"*"}},
		}
	}
	create := iampolicy.Allow("MakeProfiles", []string{"iam:CreateInstanceProfile"}, arn)
	create.Condition = ours("aws:RequestTag/")
	create.Condition["StringEquals"]["aws:RequestTag/"+clusterTag] = []string{g.cluster}
	retag := iampolicy.Allow("TagProfiles", []string{"iam:TagInstanceProfile"}, arn)
	retag.Condition = ours("aws:ResourceTag/")
	for operator, keys := range ours("aws:RequestTag/") {
		for key, values := range keys {
			retag.Condition[operator][key] = values
		}
	}
	change := iampolicy.Allow("ChangeProfiles", []string{
		"iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile",
	}, arn)
	change.Condition = ours("aws:ResourceTag/")
	return iampolicy.Document{
		pass, create, retag, change,
		iampolicy.Allow("ReadProfiles", []string{"iam:GetInstanceProfile"}, arn),
		// The action knows no resource.
		iampolicy.Allow("ListProfiles", []string{"iam:ListInstanceProfiles"}, []string{"*"}),
	}
}

// clusterAccess lets it find the cluster's endpoint and version.
func (g grounds) clusterAccess() iampolicy.Document {
	return iampolicy.Document{iampolicy.Allow("FindCluster", []string{"eks:DescribeCluster"},
		[]string{"arn:" + partition.Of(g.region) + ":eks:" + g.region + ":" + g.account + ":cluster/" + g.cluster})}
}

// discovery lets it see what there is. EC2's Describe actions and the price list
// know no resource.
func (g grounds) discovery() iampolicy.Document {
	see := iampolicy.Allow("See", []string{
		"ec2:DescribeCapacityReservations", "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeInstanceStatus",
		"ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplates", "ec2:DescribePlacementGroups",
		"ec2:DescribeSecurityGroups", "ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets",
	}, []string{"*"})
	see.Condition = iampolicy.Conditions{"StringEquals": {"aws:RequestedRegion": {g.region}}}
	return iampolicy.Document{
		see,
		iampolicy.Allow("ReadImages", []string{"ssm:GetParameter"},
			[]string{"arn:" + partition.Of(g.region) + ":ssm:" + g.region + "::parameter/aws/service/*"}),
		iampolicy.Allow("ReadPrices", []string{"pricing:GetProducts"}, []string{"*"}),
	}
}
