// Package alarms simulates the metric alarms of Amazon CloudWatch.
//
// No metric is ever measured; [Unheard] tells which alarms would reach nobody.
// What it does not simulate: metric queries, anomaly detection, composite alarms.
package alarms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/sns"
)

// Service lists what CloudWatch adds to an account; its log groups are in package
// logs, its event rules in package events.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{alarmKind()}, Tags: tagRules}
}

const (
	serviceName = "CloudWatch"
	docs        = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
	principal   = "cloudwatch.amazonaws.com"

	day  = 24 * 3600
	week = 7 * day
)

func rule(name, code string, tag cloud.Tag, effect cloud.Effect) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: docs + "API_PutMetricAlarm.html", Tag: tag, Effect: effect})
}

var (
	alarmRange      = rule("metric-alarm-range", "ValidationError", cloud.Verified, cloud.Refuses)
	alarmThreshold  = rule("metric-alarm-without-threshold", "ValidationError", cloud.Memory, cloud.Refuses)
	alarmDatapoints = rule("metric-alarm-datapoints", "ValidationError", cloud.Verified, cloud.Refuses)
	alarmRegion     = rule("metric-alarm-action-elsewhere", "ValidationError", cloud.Memory, cloud.Refuses)
	alarmAction     = rule("metric-alarm-action-missing", "ValidationError", cloud.Memory, cloud.Warns)
)

var tagRules = cloud.TagRules{
	TooMany:   rule("alarms-too-many-tags", "LimitExceededException", cloud.Memory, cloud.Refuses),
	Malformed: rule("alarms-tag-malformed", "InvalidParameterValue", cloud.Memory, cloud.Refuses),
}

var (
	comparisons = []string{
		"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
		"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
	}
	units = []string{
		"Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes",
		"Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count",
		"Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second",
		"Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
	}
	nameText  = cloud.Text{Want: "1 to 255 characters without a colon at the start", Example: "example", Good: short(255)}
	wordsText = cloud.Text{Want: "at most 1024 characters", Example: "An example", Good: short(1024)}
	spaceText = cloud.Text{Want: "at most 255 characters, the first no colon", Example: "AWS/RDS", Good: func(s string) bool { return len(s) <= 255 && s[0] != ':' }}
)

func short(most int) func(string) bool { return func(s string) bool { return len(s) <= most } }

func alarmKind() cloud.Kind {
	actions := cloud.SetOf(cloud.String.Like(cloud.ARNText))
	return cloud.Kind{
		Token: cloud.MetricAlarm, Noun: "CloudWatch Metric Alarm", Service: serviceName, Tagged: true,
		CreateCall: "PutMetricAlarm", UpdateCall: "PutMetricAlarm", DeleteCall: "DeleteAlarms",
		Fields: cloud.Fields{
			"name":                              cloud.String.Like(nameText).AutoNamed(255).ForceNew(),
			"actionsEnabled":                    cloud.Bool.Default(true),
			"alarmActions":                      actions,
			"alarmDescription":                  cloud.String.Like(wordsText),
			"comparisonOperator":                cloud.String.OneOf(comparisons...).Required(),
			"datapointsToAlarm":                 cloud.Number.AtLeast(1),
			"dimensions":                        cloud.MapOf(cloud.String),
			"evaluateLowSampleCountPercentiles": cloud.String.OneOf("evaluate", "ignore").Computed(),
			"evaluationPeriods":                 cloud.Number.AtLeast(1).Required(),
			"extendedStatistic":                 cloud.String,
			"insufficientDataActions":           actions,
			"metricName":                        cloud.String.Like(nameText),
			"namespace":                         cloud.String.Like(spaceText),
			"okActions":                         actions,
			"period":                            cloud.Number,
			"statistic":                         cloud.String.OneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum"),
			"threshold":                         cloud.Number,
			"treatMissingData":                  cloud.String.OneOf("breaching", "notBreaching", "ignore", "missing").Default("missing"),
			"unit":                              cloud.String.OneOf(units...),
			"arn":                               cloud.String.Output(),
		},
		Check: checkAlarm, Create: createAlarm,
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return checkMeaning(tx, news) },
	}
}

// checkAlarm finds what the provider finds before CloudWatch is asked.
func checkAlarm(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	bad := func(property, reason string) {
		problems = append(problems, cloud.Problem{Property: property, Reason: reason})
	}
	if n := p.Int("period"); p.Has("period") && !cloud.IsUnknown(p["period"]) && !slices.Contains([]int{10, 20, 30}, n) && (n < 60 || n%60 != 0) {
		bad("period", fmt.Sprintf("is %d, want 10, 20, 30 or a multiple of 60", n))
	}
	if !p.Has("metricName") {
		bad("metricName", "is required: the sandbox has no alarms of metric queries")
	}
	if p.Has("statistic") == p.Has("extendedStatistic") {
		bad("statistic", "or extendedStatistic is wanted, and not both")
	}
	for _, property := range []string{"alarmActions", "insufficientDataActions", "okActions"} {
		if len(p.List(property)) > 5 {
			bad(property, "has more than 5 actions")
		}
	}
	return problems
}

func createAlarm(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	if !p.Has("name") {
		p["name"] = "terraform-" + tx.Hex(26)
	}
	if err := checkMeaning(tx, p); err != nil {
		return err
	}
	r.ID = p.Str("name")
	// PutMetricAlarm changes an alarm of the same name, whoever made it.
	if old := tx.Get(cloud.MetricAlarm, r.ID); old != nil {
		tx.Remove(old)
	}
	p["arn"] = tx.ARN("cloudwatch", "alarm:"+r.ID)
	if !p.Has("evaluateLowSampleCountPercentiles") {
		p["evaluateLowSampleCountPercentiles"] = ""
	}
	return nil
}

// checkMeaning refuses alarms that CloudWatch cannot evaluate.
func checkMeaning(tx *cloud.Tx, p cloud.Props) error {
	periods, period := p.Int("evaluationPeriods"), p.Int("period")
	most := day
	if period >= 3600 {
		most = week
	}
	switch {
	case periods*period > most:
		return alarmRange.Refuse("Metrics cannot be checked across more than %d seconds (EvaluationPeriods * Period must be <= %d)", most, most)
	case p.Int("datapointsToAlarm") > periods:
		return alarmDatapoints.Refuse("DatapointsToAlarm must be less than or equal to EvaluationPeriods: %d and %d", p.Int("datapointsToAlarm"), periods)
	case !p.Has("threshold"):
		return alarmThreshold.Refuse("Threshold must be specified for an alarm on a static value")
	}
	for _, arn := range actions(p) {
		parts := strings.Split(arn, ":")
		switch {
		case parts[2] == "sns" && parts[3] != tx.Session.Region:
			return alarmRegion.Refuse("Invalid region %s specified. Only %s is supported.", parts[3], tx.Session.Region)
		case parts[2] == "sns" && sns.ByARN(tx, arn) == nil:
			tx.Warn(alarmAction, "there is no topic %s; if CloudWatch takes the alarm, it reaches nobody", arn)
		}
	}
	return nil
}

func actions(p cloud.Props) []string {
	return slices.Concat(p.Strs("alarmActions"), p.Strs("okActions"), p.Strs("insufficientDataActions"))
}

// Unheard says of each alarm of the session's region whose topic would not get it
// why: CloudWatch takes such alarms, and notes in their history alone that it
// could not deliver.
func Unheard(tx *cloud.Tx) []string {
	var out []string
	for _, a := range tx.List(cloud.MetricAlarm) {
		for _, arn := range actions(a.Props) {
			if !strings.Contains(arn, ":sns:") {
				continue
			}
			if reason := sns.Obstacle(tx, arn, principal, a.Props.Str("arn")); reason != "" {
				out = append(out, a.ID+": "+reason)
			}
		}
	}
	return out
}
