package terraform

import (
	"fmt"
	"strings"
	"unicode"
)

// irregularTypes are the types whose names the rules of [Schema.TypeOf] do not
// give.
var irregularTypes = map[string]string{
	"aws:iam/openIdConnectProvider:OpenIdConnectProvider":                                        "aws_iam_openid_connect_provider",
	"aws:rds/instance:Instance":                                                                  "aws_db_instance",
	"aws:rds/snapshot:Snapshot":                                                                  "aws_db_snapshot",
	"aws:rds/clusterSnapshot:ClusterSnapshot":                                                    "aws_db_cluster_snapshot",
	"aws:rds/subnetGroup:SubnetGroup":                                                            "aws_db_subnet_group",
	"aws:rds/parameterGroup:ParameterGroup":                                                      "aws_db_parameter_group",
	"aws:rds/eventSubscription:EventSubscription":                                                "aws_db_event_subscription",
	"aws:s3/bucketV2:BucketV2":                                                                   "aws_s3_bucket",
	"aws:s3/bucketAclV2:BucketAclV2":                                                             "aws_s3_bucket_acl",
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2":                       "aws_s3_bucket_lifecycle_configuration",
	"aws:s3/bucketLoggingV2:BucketLoggingV2":                                                     "aws_s3_bucket_logging",
	"aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2":                     "aws_s3_bucket_object_lock_configuration",
	"aws:s3/bucketObjectv2:BucketObjectv2":                                                       "aws_s3_object",
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                                               "aws_s3_bucket_versioning",
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": "aws_s3_bucket_server_side_encryption_configuration",
	"aws:route53/hostedZoneDnsSec:HostedZoneDnsSec":                                              "aws_route53_hosted_zone_dnssec",
}

// irregularNames are the properties whose names the rules of [Shape.Find] do not
// give.
var irregularNames = map[string]string{
	"aliases": "alias",
}

// otherNames are names that some types have in place of the regular one.
var otherNames = map[string]string{
	"name":  "alarm_name",
	"topic": "topic_arn",
}

// TypeOf is the provider's name of one of pulumi-aws's types: the module and the
// name where the provider has a type of that name (aws:iam/role:Role is
// aws_iam_role), else the name alone (aws:ec2/vpc:Vpc is aws_vpc).
func (s Schema) TypeOf(token string) (string, error) {
	if name, ok := irregularTypes[token]; ok {
		return name, nil
	}
	parts := strings.Split(token, ":")
	if len(parts) != 3 || parts[0] != "aws" || !strings.Contains(parts[1], "/") {
		return "", fmt.Errorf("%s is not the token of a resource type of pulumi-aws", token)
	}
	module, name, _ := strings.Cut(parts[1], "/")
	for _, candidate := range []string{"aws_" + module + "_" + snake(name), "aws_" + snake(name)} {
		if s[candidate] != nil {
			return candidate, nil
		}
	}
	return "", fmt.Errorf("%s: the provider has neither aws_%s_%s nor aws_%s; add it to irregularTypes", token, module, snake(name), snake(name))
}

// Find is the provider's name of a property of pulumi-aws: the same in snake
// case, in the singular where the provider repeats a block (taints is taint).
func (s *Shape) Find(name string) (string, *Property) {
	if irregular, ok := irregularNames[name]; ok {
		name = irregular
	}
	if p := s.Properties[snake(name)]; p != nil {
		return snake(name), p
	}
	for candidate, p := range s.Properties {
		if (p.Form == "list" || p.Form == "set") && plural(camel(candidate)) == name {
			return candidate, p
		}
	}
	if other := otherNames[name]; s.Properties[other] != nil {
		return other, s.Properties[other]
	}
	return "", nil
}

func snake(name string) string {
	var out strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

func camel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

func plural(name string) string {
	switch {
	case strings.HasSuffix(name, "y") && !strings.HasSuffix(name, "ay"):
		return strings.TrimSuffix(name, "y") + "ies"
	case strings.HasSuffix(name, "s"):
		return name
	}
	return name + "s"
}
