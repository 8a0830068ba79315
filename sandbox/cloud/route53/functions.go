package route53

import (
	"fmt"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// getZone finds one zone by its ID, or by its name and what else is asked for.
func getZone(tx *cloud.Tx, args cloud.Props) (cloud.Props, error) {
	var found []*cloud.Resource
	for _, z := range tx.List(cloud.Route53Zone) {
		if matches(z, args) {
			found = append(found, z)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("reading Route 53 Hosted Zone: %d zones of the account match name %q, zoneId %q; want one",
			len(found), args.Str("name"), args.Str("zoneId"))
	}
	z := found[0]
	return z.Props.With(cloud.Props{
		"id": z.ID, "privateZone": Private(z), "callerReference": "", "linkedServiceDescription": "", "linkedServicePrincipal": "",
		// The zone's own NS and SOA records count.
		"resourceRecordSetCount": float64(2 + tx.Count(cloud.Route53Record, cloud.Prop("zoneId", z.ID))),
		"vpcId":                  args.Str("vpcId"),
	}), nil
}

func matches(z *cloud.Resource, args cloud.Props) bool {
	switch {
	case args.Str("zoneId") != "" && z.ID != args.Str("zoneId"),
		args.Str("name") != "" && !sameName(args.Str("name"), z.Props.Str("name")),
		args.Str("zoneId") == "" && args.Bool("privateZone") != Private(z):
		return false
	}
	has := z.Props.StrMap("tagsAll")
	for k, v := range args.StrMap("tags") {
		if has[k] != v {
			return false
		}
	}
	if id := args.Str("vpcId"); id != "" {
		for _, v := range vpcsOf(z.Props) {
			if v == id {
				return true
			}
		}
		return false
	}
	return true
}
