package s3

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var tieringDays = rule("bucket-tiering-days", "InvalidArgument", api+"API_Tiering.html", cloud.Verified)

// tierDays are the fewest days after which objects may move to a tier of
// archives; the most are tierMax.
var tierDays = map[string]int{"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}

const tierMax = 730

func tieringKind() cloud.Kind {
	k := setting(cloud.Kind{
		Token: cloud.BucketTiering, Noun: "S3 Bucket Intelligent-Tiering Configuration",
		CreateCall: "PutBucketIntelligentTieringConfiguration", DeleteCall: "DeleteBucketIntelligentTieringConfiguration",
		Fields: cloud.Fields{
			"name":   cloud.String.Required().ForceNew(),
			"status": cloud.String.Default(enabled).OneOf(enabled, "Disabled"),
			"filter": cloud.Object(cloud.Fields{"prefix": cloud.String, "tags": cloud.MapOf(cloud.String)}),
			"tierings": cloud.SetOf(cloud.Object(cloud.Fields{
				"accessTier": cloud.String.Required().OneOf("ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"), "days": cloud.Number.Required(),
			})).Required(),
		},
	}, func(_ *cloud.Tx, _ *cloud.Resource, p cloud.Props) error {
		for _, t := range p.Objs("tierings") {
			if least := tierDays[t.Str("accessTier")]; t.Int("days") < least || t.Int("days") > tierMax {
				return tieringDays.Refuse("The number of days for the access tier %s must be between %d and %d, not %d", t.Str("accessTier"), least, tierMax, t.Int("days"))
			}
		}
		return nil
	})
	k.Check = func(p cloud.Props) []cloud.Problem {
		if filter := p.Obj("filter"); filter != nil && !filter.Has("prefix") && !filter.Has("tags") {
			return []cloud.Problem{{Property: "filter", Reason: "wants prefix or tags"}}
		}
		return nil
	}
	create := k.Create
	k.Create = func(tx *cloud.Tx, r *cloud.Resource) error {
		err := create(tx, r)
		r.ID = r.Props.Str("bucket") + ":" + r.Props.Str("name")
		return err
	}
	return k
}
