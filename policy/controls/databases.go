package controls

import (
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/policy/control"
)

// postgres tells whether a database is of PostgreSQL.
func postgres(r *control.Resource) bool {
	return slices.Contains([]string{"postgres", "aurora-postgresql"}, r.Get("engine").Text())
}

var databases = []control.Control{
	{
		ID: "rds-not-public", Severity: control.Critical,
		Title:   "Databases have no public address",
		Mapping: control.Mapping{SecurityHub: "RDS.2", CIS: "AWS 2.2.3/3.2.3", Checkov: "CKV_AWS_17", Trivy: "AWS-0180"},
		On:      []string{database, "aws:rds/clusterInstance:ClusterInstance"}, Reads: []string{"publiclyAccessible", "aws:rds/clusterInstance:ClusterInstance publiclyAccessible"},
		Check:  notTrue("publiclyAccessible"),
		Fix:    "set publiclyAccessible to false",
		Remedy: []control.Remedy{{Path: "publiclyAccessible", Value: false}},
		Bad:    `publiclyAccessible: true`,
		Good:   `publiclyAccessible: false`,
	},
	{
		ID: "rds-storage-encrypted", Severity: control.High,
		Title:   "Databases are encrypted",
		Mapping: control.Mapping{SecurityHub: "RDS.3, RDS.27", CIS: "AWS 2.2.1/3.2.1", Checkov: "CKV_AWS_16, CKV_AWS_96", Trivy: "AWS-0080, AWS-0079"},
		On:      []string{database, databaseCluster}, Reads: []string{"storageEncrypted", databaseCluster + " storageEncrypted"},
		Check: func(r *control.Resource) {
			// A replica and a restored database have what their source has.
			if !r.Get("replicateSourceDb").IsSet() && !r.Get("snapshotIdentifier").IsSet() {
				isTrue("storageEncrypted")(r)
			}
		},
		Fix:    "set storageEncrypted to true; a database that exists is encrypted by restoring a copy of its snapshot",
		Remedy: []control.Remedy{{Path: "storageEncrypted", Value: true}},
		Bad:    `engine: postgres`,
		Good:   `{engine: postgres, storageEncrypted: true}`,
	},
	{
		ID: "rds-auto-minor-upgrade", Severity: control.High,
		Title:   "Databases get their security fixes",
		Mapping: control.Mapping{SecurityHub: "RDS.13, RDS.35", CIS: "AWS 2.2.2/3.2.2", Checkov: "CKV_AWS_226"},
		On:      []string{database, "aws:rds/clusterInstance:ClusterInstance"}, Reads: []string{"autoMinorVersionUpgrade"},
		Check:  notFalse("autoMinorVersionUpgrade"),
		Fix:    "remove autoMinorVersionUpgrade, and choose the maintenance window",
		Remedy: []control.Remedy{{Path: "autoMinorVersionUpgrade", Value: true}},
		Bad:    `autoMinorVersionUpgrade: false`,
		Good:   `autoMinorVersionUpgrade: true`,
	},
	{
		ID: "rds-in-vpc-subnet-group", Severity: control.High,
		Title:   "Databases are in subnets of one's choice",
		Mapping: control.Mapping{SecurityHub: "RDS.18"},
		On:      []string{database, databaseCluster}, Reads: []string{"dbSubnetGroupName", databaseCluster + " dbSubnetGroupName"},
		Check: func(r *control.Resource) {
			v := r.Get("dbSubnetGroupName")
			if r.Get("replicateSourceDb").IsSet() {
				return
			}
			if !v.IsSet() || v.Text() == "default" {
				r.Want(v, "a subnet group of your own: AWS's default has the subnets of the default VPC")
			}
		},
		Fix:  "make an aws.rds.SubnetGroup of data subnets",
		Bad:  `engine: postgres`,
		Good: `dbSubnetGroupName: data`,
	},
	{
		ID: "rds-no-db-security-group", Severity: control.High,
		Title:   "Databases have security groups of their own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_198"},
		On:      []string{database, databaseCluster}, Reads: []string{"vpcSecurityGroupIds", databaseCluster + " vpcSecurityGroupIds"},
		Check: isSet("vpcSecurityGroupIds", "the security groups; without them it has the VPC's default group"),
		Fix:   "set vpcSecurityGroupIds",
		Bad:   `engine: postgres`,
		Good:  `vpcSecurityGroupIds: [sg-0123456789abcdef0]`,
	},
	{
		ID: "rds-managed-master-password", Severity: control.High,
		Title: "A database's password is AWS's to make and to rotate",
		On:    []string{database, databaseCluster}, Reads: []string{"manageMasterUserPassword", databaseCluster + " manageMasterUserPassword"},
		Check: func(r *control.Resource) {
			if r.Get("replicateSourceDb").IsSet() {
				return
			}
			for _, path := range []string{"password", "masterPassword"} {
				if v := r.Get(path); v.Present() && !v.IsSecret() {
					r.Violate("%s is in Pulumi's state for everybody to read: want manageMasterUserPassword", path)
					return
				}
			}
			isTrue("manageMasterUserPassword")(r)
		},
		Fix:  "set manageMasterUserPassword to true and remove the password: it is in Secrets Manager then and nowhere else",
		Bad:  `{engine: postgres, username: shop, password: hunter2hunter2}`,
		Good: `{engine: postgres, username: shop, manageMasterUserPassword: true}`,
	},
	{
		ID: "rds-pg-version-supported", Severity: control.High,
		Title: "PostgreSQL has standard support",
		On:    []string{database, databaseCluster}, Reads: []string{"engine", "engineVersion", databaseCluster + " engineVersion"},
		Check: func(r *control.Resource) {
			v := r.Get("engineVersion")
			if !postgres(r) || !v.IsSet() {
				return
			}
			major, _, _ := strings.Cut(v.Text(), ".")
			if left, known := supportLeft(postgresStandardSupport, major, r.Now()); known && left < time.Duration(0) {
				r.Violate("engineVersion is %s, whose standard support ended on %s: want a newer major", v.Describe(), endOf(postgresStandardSupport, major))
			}
		},
		Fix:  "upgrade to PostgreSQL 17 or newer, on a copy first",
		Bad:  `{engine: postgres, engineVersion: "12.19"}`,
		Good: `{engine: postgres, engineVersion: "17.6"}`,
	},
	{
		ID: "rds-pg-log-fdw-safe-version", Severity: control.High,
		Title:   "PostgreSQL is not one in which log_fdw leaks credentials",
		Mapping: control.Mapping{Checkov: "CKV_AWS_250, CKV_AWS_388"},
		On:      []string{database, databaseCluster}, Reads: []string{"engine", "engineVersion"},
		Check: func(r *control.Resource) {
			if v := r.Get("engineVersion"); postgres(r) && slices.Contains(logFDW, v.Text()) {
				r.Want(v, "a version that AWS's bulletin 2022-004 does not list")
			}
		},
		Fix:  "upgrade to the newest minor",
		Bad:  `{engine: postgres, engineVersion: "13.2"}`,
		Good: `{engine: postgres, engineVersion: "17.6"}`,
	},
	{
		ID: "rds-snapshot-private", Severity: control.Critical,
		Title:   "Snapshots are shared with named accounts",
		Mapping: control.Mapping{SecurityHub: "RDS.1, RDS.4", Checkov: "CKV_AWS_302, CKV_AWS_146"},
		On:      []string{"aws:rds/snapshot:Snapshot", "aws:rds/clusterSnapshot:ClusterSnapshot"}, Reads: []string{"sharedAccounts", "aws:rds/clusterSnapshot:ClusterSnapshot sharedAccounts"},
		Check: func(r *control.Resource) {
			if v := r.Get("sharedAccounts"); slices.Contains(v.Texts(), "all") {
				r.Want(v, "account numbers: everybody on AWS may restore it")
			}
		},
		Fix:  "list the accounts",
		Bad:  `sharedAccounts: [all]`,
		Good: `sharedAccounts: ["123456789012"]`,
	},
	{
		ID: "rds-no-igw-subnets", Severity: control.High,
		Title:   "No subnet of a database has a route to an internet gateway",
		Mapping: control.Mapping{SecurityHub: "RDS.46"},
		On:      []string{databaseSubnets, cacheSubnets, subnet, route, routeAssociation}, Reads: []string{"subnetIds", route + " gatewayId", routeAssociation + " subnetId"},
		CheckStack: func(s *control.Stack) {
			s.EachOf([]string{databaseSubnets, cacheSubnets}, func(g *control.Resource) {
				for _, n := range s.Referred(g, "subnetIds", subnet) {
					if way := routeToInternetGateway(s, n); way != "" {
						g.Violate("its %s is public: %s leads to an internet gateway", n, way)
					}
				}
			})
		},
		Fix: "give the group subnets without a way out",
		Bad: `
resources:
  igw: {type: "aws:ec2/internetGateway:InternetGateway", properties: {vpcId: vpc-1}}
  front: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: vpc-1}}
  out: {type: "aws:ec2/route:Route", properties: {routeTableId: "${table.id}", destinationCidrBlock: 0.0.0.0/0, gatewayId: "${igw.id}"}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${front.id}"}}
  data: {type: "aws:rds/subnetGroup:SubnetGroup", properties: {subnetIds: ["${front.id}"]}}
`,
		Good: `
resources:
  back: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24}}
  data: {type: "aws:rds/subnetGroup:SubnetGroup", properties: {subnetIds: ["${back.id}"]}}
`,
	},
	{
		ID: "plat-db-only-isolated-subnets", Severity: control.Critical,
		Title: "Databases are in subnets of the data tier",
		On:    []string{databaseSubnets, cacheSubnets, subnet}, Reads: []string{"subnetIds", cacheSubnets + " subnetIds", subnet + " tags"},
		CheckStack: func(s *control.Stack) {
			s.EachOf([]string{databaseSubnets, cacheSubnets}, func(g *control.Resource) {
				for _, n := range s.Referred(g, "subnetIds", subnet) {
					if t := tier(n); t != "" && t != "data" {
						g.Violate("its %s is of tier %s: want data", n, t)
					}
				}
			})
		},
		Fix: "give the group subnets of the data tier, which have no way to the internet",
		Bad: `
resources:
  back: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24, tags: {tier: private}}}
  shop: {type: "aws:rds/subnetGroup:SubnetGroup", properties: {subnetIds: ["${back.id}"]}}
`,
		Good: `
resources:
  data: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24, tags: {tier: data}}}
  shop: {type: "aws:rds/subnetGroup:SubnetGroup", properties: {subnetIds: ["${data.id}"]}}
`,
	},
	{
		ID: "plat-db-sg-sources", Severity: control.High,
		Title: "Databases let in security groups, not ranges",
		On:    []string{database, databaseCluster, cache, securityGroup, groupRule, ingressRule}, Reads: []string{"vpcSecurityGroupIds", cache + " securityGroupIds", ingressRule + " cidrIpv4", groupRule + " cidrBlocks", securityGroup + " ingress"},
		CheckStack: func(s *control.Stack) {
			for _, member := range []struct{ token, property string }{
				{database, "vpcSecurityGroupIds"}, {databaseCluster, "vpcSecurityGroupIds"}, {cache, "securityGroupIds"},
			} {
				s.Each(member.token, func(r *control.Resource) {
					for _, g := range s.Referred(r, member.property, securityGroup) {
						refuseRanges(s, g, r)
					}
				})
			}
		},
		Fix: "name the security group of the clients as the source",
		Bad: `
resources:
  db: {type: "aws:rds/instance:Instance", properties: {engine: postgres, vpcSecurityGroupIds: ["${guard.id}"]}}
  guard: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {description: db}}
  all:
    type: aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule
    properties: {securityGroupId: "${guard.id}", ipProtocol: tcp, fromPort: 5432, toPort: 5432, cidrIpv4: 10.0.0.0/8}
`,
		Good: `
resources:
  db: {type: "aws:rds/instance:Instance", properties: {engine: postgres, vpcSecurityGroupIds: ["${guard.id}"]}}
  guard: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {description: db}}
  pods:
    type: aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule
    properties: {securityGroupId: "${guard.id}", ipProtocol: tcp, fromPort: 5432, toPort: 5432, referencedSecurityGroupId: sg-0123456789abcdef0}
`,
	},
	{
		ID: "rds-cmk", Severity: control.Medium,
		Title:   "Databases are encrypted with a key of one's own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_327"},
		On:      []string{database, databaseCluster}, Reads: []string{"kmsKeyId", databaseCluster + " kmsKeyId"},
		Check: isSet("kmsKeyId", "the ARN of a KMS key"),
		Fix:   "set kmsKeyId; it cannot be changed later",
		Bad:   `storageEncrypted: true`,
		Good:  `{storageEncrypted: true, kmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"}`,
	},
	{
		ID: "rds-multi-az", Severity: control.Medium,
		Title:   "A database survives the loss of a zone",
		Mapping: control.Mapping{SecurityHub: "RDS.5", CIS: "AWS 2.2.4/3.2.4", Checkov: "CKV_AWS_157"},
		On:      []string{database}, Reads: []string{"multiAz"},
		Check: func(r *control.Resource) {
			if !r.Get("replicateSourceDb").IsSet() && !strings.HasPrefix(r.Get("engine").Text(), "aurora") {
				isTrue("multiAz")(r)
			}
		},
		Fix:  "set multiAz to true",
		Bad:  `engine: postgres`,
		Good: `{engine: postgres, multiAz: true}`,
	},
	{
		ID: "rds-backup-retention", Severity: control.Medium,
		Title:   "Databases are backed up",
		Mapping: control.Mapping{SecurityHub: "RDS.11, RDS.50", Checkov: "CKV_AWS_133", Trivy: "AWS-0077"},
		On:      []string{database, databaseCluster}, Reads: []string{"backupRetentionPeriod", databaseCluster + " backupRetentionPeriod"},
		Settings: []control.Setting{{Name: "days", Doc: "The least number of days", Default: 7}},
		Check: func(r *control.Resource) {
			if !r.Get("replicateSourceDb").IsSet() {
				atLeast("backupRetentionPeriod", "days", 0)(r)
			}
		},
		Fix:  "set backupRetentionPeriod to 7 or more",
		Bad:  `backupRetentionPeriod: 1`,
		Good: `backupRetentionPeriod: 14`,
	},
	{
		ID: "rds-deletion-protection", Severity: control.Medium,
		Title:   "A database is not deleted by mistake",
		Mapping: control.Mapping{SecurityHub: "RDS.8, RDS.7", Checkov: "CKV_AWS_293, CKV_AWS_139", Trivy: "AWS-0177, AWS-0343"},
		On:      []string{database, databaseCluster}, Reads: []string{"deletionProtection", databaseCluster + " deletionProtection"},
		Check:  isTrue("deletionProtection"),
		Fix:    "set deletionProtection to true",
		Remedy: []control.Remedy{{Path: "deletionProtection", Value: true}},
		Bad:    `engine: postgres`,
		Good:   `deletionProtection: true`,
	},
	{
		ID: "rds-final-snapshot", Severity: control.Medium,
		Title: "A database that is deleted leaves a snapshot",
		On:    []string{database, databaseCluster}, Reads: []string{"skipFinalSnapshot", databaseCluster + " skipFinalSnapshot"},
		Check:  notTrue("skipFinalSnapshot"),
		Fix:    "set skipFinalSnapshot to false and name a finalSnapshotIdentifier",
		Remedy: []control.Remedy{{Path: "skipFinalSnapshot", Value: false}},
		Bad:    `skipFinalSnapshot: true`,
		Good:   `{skipFinalSnapshot: false, finalSnapshotIdentifier: shop-last}`,
	},
	{
		ID: "rds-iam-auth", Severity: control.Medium,
		Title:   "Programs log in to a database with their role",
		Mapping: control.Mapping{SecurityHub: "RDS.10, RDS.12", Checkov: "CKV_AWS_161, CKV_AWS_162", Trivy: "AWS-0176"},
		On:      []string{database, databaseCluster}, Reads: []string{"iamDatabaseAuthenticationEnabled", databaseCluster + " iamDatabaseAuthenticationEnabled"},
		Check:  isTrue("iamDatabaseAuthenticationEnabled"),
		Fix:    "set iamDatabaseAuthenticationEnabled to true",
		Remedy: []control.Remedy{{Path: "iamDatabaseAuthenticationEnabled", Value: true}},
		Bad:    `engine: postgres`,
		Good:   `iamDatabaseAuthenticationEnabled: true`,
	},
	{
		ID: "rds-logs-exported", Severity: control.Medium,
		Title:   "A database's logs outlive it",
		Mapping: control.Mapping{SecurityHub: "RDS.9, RDS.36, RDS.37", Checkov: "CKV_AWS_129, CKV_AWS_324"},
		On:      []string{database, databaseCluster}, Reads: []string{"engine", "enabledCloudwatchLogsExports", databaseCluster + " enabledCloudwatchLogsExports"},
		Check: func(r *control.Resource) {
			if v := r.Get("enabledCloudwatchLogsExports"); postgres(r) && !slices.Contains(v.Texts(), "postgresql") {
				r.Want(v, "postgresql among them")
			}
		},
		Fix:  "set enabledCloudwatchLogsExports to [postgresql, upgrade]",
		Bad:  `{engine: postgres, enabledCloudwatchLogsExports: [upgrade]}`,
		Good: `{engine: postgres, enabledCloudwatchLogsExports: [postgresql, upgrade]}`,
	},
	{
		ID: "rds-custom-admin-username", Severity: control.Medium,
		Title:   "A database's administrator is not called as everywhere",
		Mapping: control.Mapping{SecurityHub: "RDS.25, RDS.24"},
		On:      []string{database, databaseCluster}, Reads: []string{"username", databaseCluster + " masterUsername"},
		Check: all(noneOf("username", "another name", "postgres", "admin", "root", "rdsadmin"),
			noneOf("masterUsername", "another name", "postgres", "admin", "root", "rdsadmin")),
		Fix:  "choose another name; it cannot be changed later",
		Bad:  `username: postgres`,
		Good: `username: shopkeeper`,
	},
	{
		ID: "rds-ca-current", Severity: control.Medium,
		Title:   "A database's certificate is of a current authority",
		Mapping: control.Mapping{Checkov: "CKV_AWS_211"},
		On:      []string{database}, Reads: []string{"caCertIdentifier"},
		Check: oneOf("caCertIdentifier", "", "rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"),
		Fix:   "remove caCertIdentifier",
		Bad:   `caCertIdentifier: rds-ca-2019`,
		Good:  `caCertIdentifier: rds-ca-ecc384-g1`,
	},
	{
		ID: "rds-proxy-tls", Severity: control.Medium,
		Title:   "A database proxy speaks TLS only",
		Mapping: control.Mapping{SecurityHub: "RDS.43"},
		On:      []string{"aws:rds/proxy:Proxy"}, Reads: []string{"requireTls"},
		Check:  isTrue("requireTls"),
		Fix:    "set requireTls to true",
		Remedy: []control.Remedy{{Path: "requireTls", Value: true}},
		Bad:    `engineFamily: POSTGRESQL`,
		Good:   `{engineFamily: POSTGRESQL, requireTls: true}`,
	},
}

// logFDW are the versions that AWS's security bulletin 2022-004 lists.
var logFDW = []string{
	"13.2", "13.1", "12.6", "12.5", "12.4", "12.3", "12.2", "11.11", "11.10", "11.9", "11.8", "11.7", "11.6", "11.5", "11.4", "11.3", "11.2", "11.1",
	"10.16", "10.15", "10.14", "10.13", "10.12", "10.11", "10.10", "10.9", "10.7", "10.6", "10.5", "10.4", "10.3", "10.1",
}

// refuseRanges reports the rules of a database's security group that let in
// ranges.
func refuseRanges(s *control.Stack, g, of *control.Resource) {
	rules := append(s.Referring(ingressRule, "securityGroupId", g), s.Referring(groupRule, "securityGroupId", g)...)
	look := eachIngress(func(r *control.Resource, x rule) {
		if len(x.ranges) > 0 {
			r.Violate("it lets %s into the security group of %s: want a security group as the source", x.where.Describe(), of)
		}
	})
	for _, r := range rules {
		s.Guard(func() { look(r) })
	}
	for _, inline := range g.Input("ingress").Items() {
		if inline.Get("cidrBlocks").IsSet() || inline.Get("ipv6CidrBlocks").IsSet() {
			g.Violate("%s lets a range into the security group of %s: want a security group as the source", inline.Path(), of)
		}
	}
}
