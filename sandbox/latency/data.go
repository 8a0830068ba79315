package latency

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	rdsTests   = "hashicorp/terraform-provider-aws#28434, #23560: tests of 417 to 584 s that create and delete one"
	cacheTests = "hashicorp/terraform-provider-aws, tests of 2025 and 2026: 541 to 657 s to create and delete one"
	mskReports = "reports of 15 min, of 30 to 40 min and of more than an hour (2021), hashicorp/terraform-provider-aws#11736, #17726"
)

// data is names, certificates, load balancers and what keeps data. The account
// does not model all of these kinds yet.
var data = slices.Concat(
	entry("aws:route53/zone:Zone",
		seconds(20, 35, 60, cloud.Memory, general+": 30 to 45 s"),
		guessedCall,
		seconds(20, 35, 60, cloud.Memory, general)),
	alike(seconds(15, 35, 60, cloud.Derived, "Terraform log of 2019: 37 to 39 s (hashicorp/terraform-provider-aws#11300); Route 53 API: changes propagate to all servers generally within 60 s"),
		"aws:route53/record:Record"),
	alike(seconds(15, 35, 60, cloud.Memory, general+"; the provider waits for the change as for a record"),
		cloud.Route53KeySigningKey, cloud.Route53HostedZoneDNSSEC),
	alike(guessedCall, cloud.Route53QueryLog, cloud.LogResourcePolicy),
	entry(cloud.Certificate,
		seconds(4, 8, 15, cloud.Derived, "Terraform log of 2023: 11 s"),
		guessedCall, guessedCall),
	entry(cloud.CertificateValidation,
		minutes(0.5, 2, 15, cloud.Memory, general+": 1 to 5 min, seldom 30; never when the zone is not delegated"),
		guessedCall, seconds(0, 0, 0, cloud.Memory, "nothing exists that could be deleted")),
	when("aws:rds/instance:Instance", Create, "`multiAz`", has("multiAz", true),
		minutes(8, 12, 18, cloud.Memory, "hashicorp/terraform#498: 15 to 20 min in 2014; "+general+": 10 to 15 today")),
	entry("aws:rds/instance:Instance",
		minutes(4, 6, 10, cloud.Derived, rdsTests),
		minutes(1, 5, 15, cloud.Memory, general+"; depends on what changes"),
		minutes(2.5, 4, 8, cloud.Derived, rdsTests+"; 2 to 4 min more with a final snapshot")),
	entry(cloud.DBCluster,
		minutes(10, 15, 25, cloud.Memory, general+": three instances, one after the other in part"),
		minutes(1, 5, 15, cloud.Memory, general+"; depends on what changes"),
		minutes(4, 7, 12, cloud.Memory, general+"; 2 to 4 min more with a final snapshot")),
	entry(cloud.DBClusterSnapshot,
		minutes(1, 3, 10, cloud.Memory, general+"; depends on how much has changed"),
		guessedCall, guessedCall),
	alike(guessedCall, cloud.DBClusterParameterGroup),
	alike(guessedCall, "aws:rds/eventSubscription:EventSubscription", "aws:rds/parameterGroup:ParameterGroup", "aws:rds/subnetGroup:SubnetGroup"),
	entry("aws:rds/snapshot:Snapshot",
		minutes(1, 3, 10, cloud.Memory, general+"; depends on how much has changed"),
		guessedCall, guessedCall),
	entry("aws:elasticache/replicationGroup:ReplicationGroup",
		minutes(5, 8, 15, cloud.Derived, cacheTests),
		minutes(3, 8, 15, cloud.Memory, general),
		minutes(3, 5, 10, cloud.Derived, cacheTests)),
	entry("aws:msk/cluster:Cluster",
		minutes(15, 28, 60, cloud.Derived, mskReports),
		minutes(10, 30, 90, cloud.Memory, general+"; the brokers restart one after the other"),
		minutes(5, 10, 20, cloud.Memory, general)),
	entry("aws:lb/loadBalancer:LoadBalancer",
		minutes(1.7, 2.5, 3.5, cloud.Derived, "Terraform log of 2023: 2 min 54 s (DataBiosphere/azul#5780); provider's tests of 105 to 300 s"),
		guessedCall,
		seconds(5, 10, 300, cloud.Memory, general+"; its network interfaces go 2 to 5 min later")),
	alike(seconds(2, 4, 20, cloud.Derived, "Terraform log of 2021: 19 s; usually 2 to 5 s"), "aws:s3/bucketV2:BucketV2"),
	alike(guessedCall,
		"aws:s3/bucketAclV2:BucketAclV2", "aws:s3/bucketNotification:BucketNotification", "aws:s3/bucketObjectv2:BucketObjectv2",
		"aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration",
		"aws:s3/bucketLoggingV2:BucketLoggingV2", "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
		"aws:s3/bucketOwnershipControls:BucketOwnershipControls", "aws:s3/bucketPolicy:BucketPolicy",
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws:s3/bucketVersioningV2:BucketVersioningV2",
		"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"),
	alike(seconds(2, 10, 60, cloud.Memory, general+"; the provider waits until S3 shows all of the rules"), "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"),
	alike(guessedCall,
		"aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretPolicy:SecretPolicy",
		"aws:secretsmanager/secretRotation:SecretRotation", "aws:secretsmanager/secretVersion:SecretVersion"),
	alike(seconds(25, 26, 35, cloud.Derived, "Terraform logs: more than 20 s; the provider waits until a change is seen everywhere"), cloud.Queue, cloud.QueuePolicy),
	alike(guessedCall, cloud.EventRule, cloud.EventTarget, cloud.Topic, cloud.TopicPolicy, cloud.TopicSubscription, cloud.MetricAlarm),
	alike(guessedCall, cloud.BackupVault, cloud.BackupVaultLock, cloud.BackupVaultPolicy, cloud.BackupPlan, cloud.BackupSelection),
)
