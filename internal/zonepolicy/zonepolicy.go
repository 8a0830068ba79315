// Package zonepolicy writes what a controller in a cluster may do in hosted
// zones of Route 53: change records of some types, in the zones that it is given
// and in no others.
package zonepolicy

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
)

// Inputs are the inputs of a policy that [Records] begins: any ARN, of which the
// partition is taken, and the zones' IDs.
func Inputs(arn pulumi.StringInput, zoneIDs []pulumi.StringInput) []pulumi.StringInput {
	return append([]pulumi.StringInput{arn}, zoneIDs...)
}

// Records allows changing records of some types in the zones of values, which
// are those of [Inputs]. The types keep a zone's own name servers and its
// delegations out of reach.
func Records(values []string, types ...string) iampolicy.Document {
	var zones []string
	for _, id := range values[1:] {
		zones = append(zones, ARN(values[0], "hostedzone/"+id))
	}
	change := iampolicy.Allow("ChangeRecords", []string{"route53:ChangeResourceRecordSets"}, zones)
	// Of every value that is asked for, and there has to be one: a request without
	// the key would satisfy ForAllValues alone.
	change.Condition = iampolicy.Conditions{
		"ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": types},
		"Null":                      {"route53:ChangeResourceRecordSetsRecordTypes": {"false"}},
	}
	return iampolicy.Document{change, iampolicy.Allow("ReadRecords", []string{"route53:ListResourceRecordSets"}, zones)}
}

// ARN is one of Route 53's ARNs in the partition of another ARN.
func ARN(of, what string) string {
	_, rest, _ := strings.Cut(of, ":")
	partition, _, _ := strings.Cut(rest, ":")
	return "arn:" + partition + ":route53:::" + what
}
