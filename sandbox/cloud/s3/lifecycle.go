package s3

import (
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	lifecycleIDs   = rule("bucket-lifecycle-ids", "InvalidArgument", api+"API_LifecycleRule.html", cloud.Verified)
	lifecycleEmpty = rule("bucket-lifecycle-without-action", "InvalidRequest", api+"API_LifecycleRule.html", cloud.Memory)
	lifecycleDays  = rule("bucket-lifecycle-days", "InvalidArgument", guide+"lifecycle-transition-general-considerations.html", cloud.Verified)
	lifecycleForm  = rule("bucket-lifecycle-form", "MalformedXML", api+"API_LifecycleExpiration.html", cloud.Verified)
)

var transitionClasses = []string{"GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"}

// leastDays is how old objects must be before they move to these classes.
var leastDays = map[string]int{"STANDARD_IA": 30, "ONEZONE_IA": 30}

func lifecycleKind() cloud.Kind {
	and := cloud.Fields{
		"objectSizeGreaterThan": cloud.Number.AtLeast(0), "objectSizeLessThan": cloud.Number.AtLeast(1),
		"prefix": cloud.String.Computed(), "tags": cloud.MapOf(cloud.String),
	}
	filter := cloud.Fields{
		"objectSizeGreaterThan": cloud.Number, "objectSizeLessThan": cloud.Number, "prefix": cloud.String.Computed().Default(""),
		"and": cloud.Object(and),
		"tag": cloud.Object(cloud.Fields{"key": cloud.String.Required(), "value": cloud.String.Required()}),
	}
	return setting(cloud.Kind{
		Token: cloud.BucketLifecycle, Noun: "S3 Bucket Lifecycle Configuration",
		CreateCall: "PutBucketLifecycleConfiguration", DeleteCall: "DeleteBucketLifecycle",
		Fields: cloud.Fields{
			"expectedBucketOwner":                cloud.String.Like(cloud.AccountText).Computed().ForceNew(),
			"transitionDefaultMinimumObjectSize": cloud.String.Computed().Default("all_storage_classes_128K").OneOf("all_storage_classes_128K", "varies_by_storage_class"),
			"rules": cloud.ListOf(cloud.Object(cloud.Fields{
				"id": cloud.String.Required(), "status": cloud.String.Required().OneOf(enabled, "Disabled"),
				"abortIncompleteMultipartUpload": cloud.Object(cloud.Fields{"daysAfterInitiation": cloud.Number}),
				"expiration": cloud.Object(cloud.Fields{
					"date": cloud.String.Like(cloud.TimeText), "days": cloud.Number.Computed(), "expiredObjectDeleteMarker": cloud.Bool.Computed().Default(false),
				}),
				"filter": cloud.Object(filter),
				"noncurrentVersionExpiration": cloud.Object(cloud.Fields{
					"newerNoncurrentVersions": cloud.Number.AtLeast(1).Computed(), "noncurrentDays": cloud.Number.AtLeast(1).Required(),
				}),
				"noncurrentVersionTransitions": cloud.SetOf(cloud.Object(cloud.Fields{
					"newerNoncurrentVersions": cloud.Number.AtLeast(1).Computed(), "noncurrentDays": cloud.Number.AtLeast(0).Required(),
					"storageClass": cloud.String.Required().OneOf(transitionClasses...),
				})),
				"transitions": cloud.SetOf(cloud.Object(cloud.Fields{
					"date": cloud.String.Like(cloud.TimeText), "days": cloud.Number.AtLeast(0).Computed(), "storageClass": cloud.String.Required().OneOf(transitionClasses...),
				})),
			})),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			var problems []cloud.Problem
			for i, r := range p.Objs("rules") {
				for j, t := range r.Objs("transitions") {
					if t.Has("date") && t.Has("days") {
						problems = append(problems, cloud.Problem{Property: fmt.Sprintf("rules[%d].transitions[%d].date", i, j), Reason: "conflicts with days"})
					}
				}
			}
			return problems
		},
	}, func(_ *cloud.Tx, _ *cloud.Resource, p cloud.Props) error {
		if !p.Has("expectedBucketOwner") {
			p["expectedBucketOwner"] = ""
		}
		seen := map[string]bool{}
		for _, r := range p.Objs("rules") {
			if seen[r.Str("id")] {
				return lifecycleIDs.Refuse("Rule ID must be unique. Found same ID for more than one rule: %s", r.Str("id"))
			}
			seen[r.Str("id")] = true
			if err := checkLifecycle(r); err != nil {
				return err
			}
		}
		return nil
	})
}

var lifecycleActions = []string{"abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration", "noncurrentVersionTransitions", "transitions"}

func checkLifecycle(r cloud.Props) error {
	expiration := r.Obj("expiration")
	days := expiration.Int("days")
	switch {
	case !slices.ContainsFunc(lifecycleActions, r.Has):
		return lifecycleEmpty.Refuse("At least one action needs to be specified in a rule: %s", r.Str("id"))
	case expiration.Bool("expiredObjectDeleteMarker") && (days > 0 || expiration.Str("date") != ""):
		return lifecycleForm.Refuse("The XML you provided was not well-formed or did not validate against our published schema: expiration of rule %s has days or a date, and expiredObjectDeleteMarker", r.Str("id"))
	}
	for _, t := range r.Objs("transitions") {
		if err := checkTransition(r.Str("id"), t.Str("storageClass"), t.Int("days"), days, t.Str("date") != ""); err != nil {
			return err
		}
	}
	noncurrent := r.Obj("noncurrentVersionExpiration").Int("noncurrentDays")
	for _, t := range r.Objs("noncurrentVersionTransitions") {
		if err := checkTransition(r.Str("id"), t.Str("storageClass"), t.Int("noncurrentDays"), noncurrent, false); err != nil {
			return err
		}
	}
	return nil
}

// checkTransition refuses objects that move too early, or after they have
// expired.
func checkTransition(id, class string, days, expires int, byDate bool) error {
	switch least := leastDays[class]; {
	case byDate:
		return nil
	case days < least:
		return lifecycleDays.Refuse("'Days' in Transition action must be greater than or equal to %d for storageClass '%s' (rule %s has %d)", least, class, id, days)
	case expires > 0 && expires <= days:
		return lifecycleDays.Refuse("'Days' in the Expiration action for rule %s must be greater than 'Days' in the Transition action: %d, %d", id, expires, days)
	}
	return nil
}
