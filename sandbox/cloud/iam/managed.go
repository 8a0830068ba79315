package iam

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// awsManaged are policies that AWS manages, by their path and name: those that
// EKS, its add-ons and what stands beside a cluster use, as of 2026-11. An
// entry without actions exists, but the sandbox does not know what it allows.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
var awsManaged = map[string][]string{
	"AmazonEKSClusterPolicy": {
		"ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces",
		"ec2:DescribeAvailabilityZones", "ec2:CreateSecurityGroup", "ec2:CreateTags", "elasticloadbalancing:*",
		"kms:DescribeKey", "iam:CreateServiceLinkedRole",
	},
	"AmazonEKSServicePolicy":                 nil,
	"AmazonEKSVPCResourceController":         {"ec2:CreateNetworkInterface", "ec2:DescribeSubnets"},
	"AmazonEKSComputePolicy":                 nil,
	"AmazonEKSBlockStoragePolicy":            nil,
	"AmazonEKSLoadBalancingPolicy":           nil,
	"AmazonEKSNetworkingPolicy":              nil,
	"AmazonEKSLocalOutpostClusterPolicy":     nil,
	"AmazonEKSFargatePodExecutionRolePolicy": {"ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"},
	"AmazonEKSWorkerNodePolicy": {
		"ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
		"ec2:DescribeSubnets", "ec2:DescribeVolumes", "ec2:DescribeVolumesModifications", "ec2:DescribeVpcs",
		"eks:DescribeCluster", "eks-auth:AssumeRoleForPodIdentity",
	},
	"AmazonEKSWorkerNodeMinimalPolicy":   {"eks-auth:AssumeRoleForPodIdentity"},
	"AmazonEKS_CNI_Policy":               CNIActions,
	"AmazonEC2ContainerRegistryPullOnly": {"ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchImportUpstreamImage"},
	"AmazonEC2ContainerRegistryReadOnly": {
		"ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage",
		"ecr:Describe*", "ecr:List*", "ecr:GetRepositoryPolicy", "ecr:GetLifecyclePolicy*",
	},
	"AmazonEC2ContainerRegistryPowerUser":  {"ecr:*"},
	"AmazonEC2ContainerRegistryFullAccess": {"ecr:*"},
	"AmazonSSMManagedInstanceCore":         {"ssm:*", "ssmmessages:*", "ec2messages:*"},
	"AmazonSSMPatchAssociation":            nil,

	"service-role/AmazonEBSCSIDriverPolicy":             {"ec2:CreateVolume", "ec2:AttachVolume", "ec2:DetachVolume", "ec2:DeleteVolume", "ec2:CreateSnapshot", "ec2:DescribeVolumes"},
	"service-role/AmazonEBSCSIDriverPolicyV2":           {"ec2:CreateVolume", "ec2:AttachVolume", "ec2:DetachVolume", "ec2:DeleteVolume", "ec2:CreateSnapshot", "ec2:DescribeVolumes"},
	"service-role/AmazonEFSCSIDriverPolicy":             {"elasticfilesystem:*"},
	"service-role/AmazonRDSEnhancedMonitoringRole":      {"logs:*"},
	"service-role/AmazonAPIGatewayPushToCloudWatchLogs": nil,
	"service-role/AWSLambdaBasicExecutionRole":          nil,
	"service-role/AWSLambdaVPCAccessExecutionRole":      nil,
	"service-role/AWS_ConfigRole":                       nil,
	"service-role/AWSBackupServiceRolePolicyForBackup": {
		"backup:*", "rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:ModifyDBInstance",
		"ec2:CreateSnapshot", "ec2:CreateTags", "ec2:DeleteSnapshot", "ec2:DescribeSnapshots", "ec2:DescribeVolumes", "ec2:DescribeTags",
		"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "tag:GetResources",
	},
	"service-role/AWSBackupServiceRolePolicyForRestores": nil,

	// AWS Backup's policies for S3 are at the root of the path.
	"AWSBackupServiceRolePolicyForS3Backup": {
		"s3:GetBucketVersioning", "s3:GetBucketNotification", "s3:GetInventoryConfiguration", "s3:GetBucketLocation", "s3:GetBucketTagging",
		"s3:GetBucketAcl", "s3:ListBucket", "s3:ListBucketVersions", "s3:PutBucketNotification", "s3:PutInventoryConfiguration",
		"s3:GetObject*", "kms:Decrypt", "kms:DescribeKey", "events:*", "cloudwatch:GetMetricData",
	},
	"AWSBackupServiceRolePolicyForS3Restore": nil,

	"AdministratorAccess":               {"*"},
	"PowerUserAccess":                   nil,
	"ReadOnlyAccess":                    nil,
	"SecurityAudit":                     nil,
	"job-function/ViewOnlyAccess":       nil,
	"AmazonVPCFullAccess":               {"ec2:*"},
	"AmazonEC2FullAccess":               {"ec2:*", "elasticloadbalancing:*"},
	"AmazonEC2ReadOnlyAccess":           {"ec2:Describe*"},
	"AmazonS3FullAccess":                {"s3:*"},
	"AmazonS3ReadOnlyAccess":            {"s3:Get*", "s3:List*"},
	"AmazonRoute53FullAccess":           {"route53:*"},
	"AmazonPrometheusRemoteWriteAccess": {"aps:RemoteWrite"},
	"AmazonPrometheusQueryAccess":       {"aps:QueryMetrics", "aps:GetLabels", "aps:GetSeries", "aps:GetMetricMetadata"},
	"CloudWatchAgentServerPolicy":       {"logs:*", "cloudwatch:PutMetricData", "ec2:DescribeTags", "ec2:DescribeVolumes"},
	"CloudWatchLogsFullAccess":          {"logs:*"},
	"CloudWatchReadOnlyAccess":          {"cloudwatch:Get*", "cloudwatch:List*", "cloudwatch:Describe*", "logs:Get*", "logs:Describe*", "logs:FilterLogEvents"},
	"AWSXrayWriteOnlyAccess":            {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
	"AWSXRayDaemonWriteAccess":          {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
	"AmazonMSKFullAccess":               nil,
	"AmazonMSKReadOnlyAccess":           nil,
	"AmazonSQSFullAccess":               {"sqs:*"},
	"SecretsManagerReadWrite":           {"secretsmanager:*"},
	"AWSKeyManagementServicePowerUser":  nil,
}

// CNIActions are what the VPC CNI plugin must be allowed to do for IPv4 pods.
// https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/iam-policy.md
var CNIActions = []string{
	"ec2:AssignPrivateIpAddresses", "ec2:AttachNetworkInterface", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
	"ec2:DescribeInstances", "ec2:DescribeTags", "ec2:DescribeNetworkInterfaces", "ec2:DescribeInstanceTypes",
	"ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DetachNetworkInterface",
	"ec2:ModifyNetworkInterfaceAttribute", "ec2:UnassignPrivateIpAddresses", "ec2:CreateTags",
}

// managedName is the path and name of a policy that AWS manages, and whether
// the ARN is one of those.
func managedName(tx *cloud.Tx, policyARN string) (string, bool) {
	name, ok := strings.CutPrefix(policyARN, "arn:"+partition(tx)+":iam::aws:policy/")
	return name, ok
}

// policyExists tells whether a policy can be attached.
func policyExists(tx *cloud.Tx, policyARN string) bool {
	if name, ok := managedName(tx, policyARN); ok {
		_, known := awsManaged[name]
		return known
	}
	return tx.Get(cloud.IAMPolicy, policyARN) != nil
}

// statements are what an attached policy says.
func statements(tx *cloud.Tx, policyARN string) []Statement {
	if name, ok := managedName(tx, policyARN); ok {
		return []Statement{{Effect: "Allow", Actions: slices.Clone(awsManaged[name]), Resources: []string{"*"}}}
	}
	if p := tx.Get(cloud.IAMPolicy, policyARN); p != nil {
		return parsed(p.Props.Str("policy"))
	}
	return nil
}

func parsed(text string) []Statement {
	d, err := ParseDocument(text)
	if err != nil {
		return nil
	}
	return d.Statements
}
