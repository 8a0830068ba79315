package conformance

import "github.com/slipway-iac/slipway/sandbox/cloud"

// oneOfList is said of blocks of the provider's newer kind of resource.
const oneOfList = "the provider checks that there is one only after its schema; pulumi-aws makes an object of it"

// early is said of mistakes that the provider lets through to AWS, which refuses
// them, and the sandbox before anything is made.
const early = "AWS refuses it; the sandbox says so before anything is made"

// explained are the differences that cannot be reconciled.
var explained = []explanation{
	{"", "tagsAll", "set by AWS only", "pulumi-aws makes an output of what the provider computes and yet lets one set"},
	{cloud.EKSCluster, "defaultAddonsToRemoves", "exists", "pulumi-aws adds this property to the provider"},
	{cloud.Route53Zone, "comment", "planned value", "pulumi-aws changes the provider's default, Managed by Terraform, to Managed by Pulumi"},
	{cloud.Route53Record, "name", "planned value", "the provider takes the dot at the end away when it plans, the sandbox when it makes the record"},
	{cloud.EventRule, "state", "filled in by AWS when left out", "the provider has no such mark, and keeps the state there is all the same"},
	{cloud.EventRule, "state", "planned value", "EventBridge enables a rule, and the provider reads it back"},
	{cloud.Certificate, "domainValidationOptions", "planned value", "the provider tells the domains ahead, but not their records"},
	{cloud.Certificate, "subjectAlternativeNames", "planned value", "the provider tells ahead that the domain itself is among the names"},
	{cloud.EventTarget, "retryPolicy.maximumEventAgeInSeconds", "validation", early},
	{cloud.DBInstance, "storageType", "validation", early},
	{cloud.Queue, "receiveWaitTimeSeconds", "validation", early},
	{cloud.DBInstance, "engine", "validation", "the sandbox has PostgreSQL only, and says so early"},
	{cloud.MetricAlarm, "metricName", "validation", "the sandbox has no alarms of metric queries, and says so early"},
	{cloud.Queue, "kmsDataKeyReusePeriodSeconds", "change", "the provider plans nothing while SQS's own keys are in use"},
	{cloud.Subnet, "ipv6Native", "validation", "the sandbox has no subnets without IPv4, and says so early"},
	{cloud.IAMRole, "inlinePolicies", "change", "the provider takes one inline policy without name and text for none"},
	{cloud.BucketLifecycle, "rules.noncurrentVersionExpiration.newerNoncurrentVersions", "planned value", "the provider marks it as filled in by AWS, and plans nothing where nothing is said"},
	{cloud.BucketEncryption, "rules", "planned value", "the provider plans the key that is not named as an empty text"},
	{cloud.MetricAlarm, "dimensions", "planned value", "the provider plans a map of which one value is not known as not known at all"},
	{cloud.Queue, "kmsDataKeyReusePeriodSeconds", "planned value", "the provider marks it as filled in by AWS, and plans 0 with keys of SQS itself"},
	{cloud.BucketLifecycle, "rules.abortIncompleteMultipartUpload", "form", oneOfList},
	{cloud.BucketLifecycle, "rules.expiration", "form", oneOfList},
	{cloud.BucketLifecycle, "rules.filter", "form", oneOfList},
	{cloud.BucketLifecycle, "rules.noncurrentVersionExpiration", "form", oneOfList},

	// What only AWS can tell, and moto makes up in its own way.
	{cloud.ElasticIP, "publicIp", inMoto, "an address of AWS's choice"},
	{cloud.ElasticIP, "publicDns", inMoto, "an address of AWS's choice"},
	{cloud.NATGateway, "publicIp", inMoto, "an address of AWS's choice"},
	{cloud.NATGateway, "privateIp", inMoto, "an address of AWS's choice, which moto does not take from the subnet"},
	{cloud.Subnet, "availabilityZoneId", inMoto, "AWS numbers the zones anew for each account"},
	{cloud.IAMPolicy, "policyId", inMoto, "an ID of AWS's choice; those of moto do not begin with ANPA"},
	{cloud.EKSCluster, "certificateAuthority", inMoto, "a certificate of AWS's choice"},
	{cloud.EKSCluster, "certificateAuthorities", inMoto, "a certificate of AWS's choice"},
	{cloud.EKSCluster, "endpoint", inMoto, "a name of AWS's choice"},
	{cloud.EKSCluster, "identities", inMoto, "a name of AWS's choice"},
	{cloud.EKSCluster, "platformVersion", inMoto, "moto has one platform version for all"},
	{cloud.Route53Zone, "nameServers", inMoto, "moto has one name server for all zones"},
	{cloud.Route53Zone, "primaryNameServer", inMoto, "moto has one name server for all zones"},
	{cloud.Route53Zone, "comment", inMoto, "as in the plan"},
	{cloud.VPCEndpoint, "dnsEntries", inMoto, "names of AWS's choice; moto has one of them"},

	// What moto leaves out or does in another way than AWS.
	{cloud.VPC, "dhcpOptionsId", inMoto, "moto has no DHCP options of its own"},
	{cloud.LogGroup, "logGroupClass", inMoto, "moto does not return it"},
	{cloud.ElasticIP, "networkBorderGroup", inMoto, "moto does not return it"},
	{cloud.ElasticIP, "publicIpv4Pool", inMoto, "moto does not return it"},
	{cloud.KMSKey, "rotationPeriodInDays", inMoto, "moto does not return it"},
	{cloud.FlowLog, "logGroupName", inMoto, "moto does not return it when logDestination is given"},
	{cloud.EKSCluster, "accessConfig", inMoto, "moto does not keep it"},
	{cloud.EKSCluster, "upgradePolicy", inMoto, "moto does not keep it"},
	{cloud.EKSCluster, "kubernetesNetworkConfig.elasticLoadBalancing", inMoto, "moto does not return it"},
	{cloud.EKSCluster, "vpcConfig.clusterSecurityGroupId", inMoto, "moto's clusters have no security group"},
	{cloud.EKSCluster, "vpcConfig.vpcId", inMoto, "moto does not return it"},
	{cloud.EKSCluster, "", madeInMoto, "moto does not keep accessConfig and upgradePolicy"},
	{cloud.LaunchTemplate, "tagSpecifications", inMoto, "moto adds the tags of the template itself"},
	{cloud.LaunchTemplate, "", madeInMoto, "moto adds the tags of the template itself"},
	{cloud.SecurityGroupIngressRule, "", madeInMoto, "moto loses the description of a rule for a group"},
	{cloud.VPCEndpoint, "dnsOptions", inMoto, "moto does not return it"},
	{cloud.VPCEndpoint, "ipAddressType", inMoto, "moto does not return it"},
	{cloud.VPCEndpoint, "serviceRegion", inMoto, "moto does not return it"},
	{cloud.VPCEndpoint, "cidrBlocks", inMoto, "moto knows no ranges of S3 and DynamoDB"},
	{cloud.EKSNodeGroup, "", madeInMoto, "moto does not keep updateConfig, and shows remoteAccess and diskSize of its own"},
	{cloud.EKSNodeGroup, "updateConfig", inMoto, "moto does not keep it"},
	{cloud.EKSNodeGroup, "nodeRepairConfig", inMoto, "moto does not return it"},
	{cloud.EKSNodeGroup, "diskSize", inMoto, "moto returns 20 GiB although a launch template says"},
	{cloud.EKSNodeGroup, "remoteAccess", inMoto, "moto returns a key pair that nobody asked for"},
	{cloud.EKSNodeGroup, "resources.remoteAccessSecurityGroupId", inMoto, "moto returns a group that nobody asked for"},
	{cloud.EKSNodeGroup, "releaseVersion", inMoto, "moto knows one release"},
	{cloud.EKSNodeGroup, "resources.autoscalingGroups.name", inMoto, "moto leaves the name of the node group out"},
	{cloud.VPCEndpoint, "subnetConfigurations", inMoto, "an address of AWS's choice, which moto does not take from the subnet"},
	{cloud.NetworkACLRule, "protocol", inMoto, "EC2 answers with the number of a protocol; the sandbox keeps what was written"},
}
