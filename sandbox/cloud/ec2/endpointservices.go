package ec2

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	gatewayEndpoint   = "Gateway"
	interfaceEndpoint = "Interface"
)

// gatewayServices can be reached through a route.
// https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
var gatewayServices = []string{"s3", "dynamodb"}

// interfaceServices can be reached through an interface, by the last part of
// their endpoint service's name: those that a platform on EKS may use.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
var interfaceServices = []string{
	"acm-pca", "airflow.api", "airflow.env", "airflow.ops", "application-autoscaling", "appmesh-envoy-management", "aps", "aps-workspaces",
	"athena", "autoscaling", "autoscaling-plans", "backup", "bedrock", "bedrock-runtime", "cloudformation", "cloudtrail", "codeartifact.api",
	"codeartifact.repositories", "codebuild", "config", "dms", "dynamodb", "ebs", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "ecs",
	"eks", "eks-auth", "elasticache", "elasticfilesystem", "elasticloadbalancing", "email-smtp", "events", "execute-api", "fsx",
	"git-codecommit", "glue", "grafana", "grafana-workspace", "guardduty-data", "kafka", "kinesis-firehose", "kinesis-streams", "kms",
	"lambda", "logs", "monitoring", "mq", "networkmonitor", "notebook", "pricing.api", "rds", "rds-data", "redshift", "s3", "s3express",
	"secretsmanager", "servicecatalog", "servicediscovery", "signin", "sns", "sqs", "ssm", "ssmmessages", "states", "sts", "sync-states",
	"synthetics", "tagging", "transfer", "vpc-lattice", "xray",
}

// prefixLists are the ones that AWS keeps, by the end of their names.
var prefixLists = []string{"s3", "dynamodb", "global.cloudfront.origin-facing", "vpc-lattice", "ipv6.vpc-lattice"}

// serviceOf is the short name of an endpoint service of the region, such as
// ecr.api; false when there is none of that name.
func serviceOf(region, name string) (string, bool) {
	for _, vendor := range []string{"com.amazonaws.", "cn.com.amazonaws."} {
		if vendor == "cn.com.amazonaws." && cloud.Partition(region) != "aws-cn" {
			continue
		}
		short, ok := strings.CutPrefix(name, vendor+region+".")
		if ok && (slices.Contains(interfaceServices, short) || slices.Contains(gatewayServices, short)) {
			return short, true
		}
	}
	return "", false
}

// endpointTypes are the types of endpoint that a service has.
func endpointTypes(service string) []string {
	var types []string
	if slices.Contains(gatewayServices, service) {
		types = append(types, gatewayEndpoint)
	}
	if slices.Contains(interfaceServices, service) {
		types = append(types, interfaceEndpoint)
	}
	return types
}

// PrefixListID is the ID of a prefix list that AWS keeps in a region, such as
// that of s3.
func PrefixListID(region, service string) string {
	return "pl-" + stableHex(8, region, "prefix list", service)
}

func knownPrefixList(region, id string) bool {
	return slices.ContainsFunc(prefixLists, func(s string) bool { return PrefixListID(region, s) == id })
}

// privateName is the name that private DNS gives to a service's endpoint.
func privateName(region, service string) string {
	host := service
	switch service {
	case "ecr.dkr":
		host = "dkr.ecr"
	case "ecr.api":
		host = "api.ecr"
	}
	return host + "." + region + "." + cloud.DNSSuffix(region)
}
