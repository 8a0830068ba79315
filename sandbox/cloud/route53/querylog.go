package route53

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
)

// home is the region in which Route 53 wants log groups and keys.
const home = "us-east-1"

func queryLogKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Route53QueryLog, Noun: "Route53 Query Logging Configuration", Service: serviceName, Global: true,
		CreateCall: "CreateQueryLoggingConfig", DeleteCall: "DeleteQueryLoggingConfig",
		Fields: cloud.Fields{
			"cloudwatchLogGroupArn": cloud.String.Like(cloud.ARNText).Required().ForceNew(),
			"zoneId":                cloud.String.Required().ForceNew(),
			"arn":                   cloud.String.Output(),
		},
		Create: createQueryLog,
	}
}

func createQueryLog(tx *cloud.Tx, r *cloud.Resource) error {
	zone, err := findZone(tx, r.Props.Str("zoneId"))
	if err != nil {
		return err
	}
	arn := strings.TrimSuffix(r.Props.Str("cloudwatchLogGroupArn"), ":*")
	prefix := cloud.ARN(home, "logs", tx.AccountID(), "log-group:")
	name, atHome := strings.CutPrefix(arn, prefix)
	switch {
	case Private(zone):
		return queryLogZone.Refuse("Query logging is not supported for private hosted zones: %s", zone.ID)
	case !atHome:
		return queryLogRegion.Refuse("The log group of a query logging configuration must be in %s: %s", home, arn)
	case tx.One(cloud.Route53QueryLog, cloud.Prop("zoneId", r.Props.Str("zoneId"))) != nil:
		return queryLogExists.Refuse("A query logging configuration for hosted zone %s already exists", zone.ID)
	}
	tx.In(home, func() { err = checkGroup(tx, name, arn) })
	if err != nil {
		return err
	}
	h := tx.Hex(32)
	r.ID = strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
	r.Props["arn"] = "arn:" + cloud.Partition(tx.Session.Region) + ":route53:::queryloggingconfig/" + r.ID
	return nil
}

func checkGroup(tx *cloud.Tx, name, arn string) error {
	switch {
	case tx.Get(cloud.LogGroup, name) == nil:
		return queryLogGroup.Refuse("The CloudWatch Logs log group %s does not exist", arn)
	case !logs.Admits(tx, "route53.amazonaws.com", arn, "logs:CreateLogStream", "logs:PutLogEvents"):
		return queryLogPolicy.Refuse("The resource policy for CloudWatch Logs log group %s does not let route53.amazonaws.com create streams and put events", arn)
	}
	return nil
}
