package events

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/sqs"
)

func targetKind() cloud.Kind {
	block := func(fields cloud.Fields) cloud.Field { return cloud.Object(fields) }
	return cloud.Kind{
		Token: cloud.EventTarget, Noun: "EventBridge Target", Service: serviceName,
		CreateCall: "PutTargets", UpdateCall: "PutTargets", DeleteCall: "RemoveTargets",
		Fields: cloud.Fields{
			"rule":         cloud.String.Like(nameText).Required().ForceNew(),
			"targetId":     cloud.String.Like(nameText).Computed().ForceNew(),
			"arn":          cloud.String.Like(cloud.ARNText).Required(),
			"eventBusName": cloud.String.Like(busText).ForceNew().Default(defaultBus),
			"forceDestroy": cloud.Bool.Default(false),
			"input":        cloud.JSON,
			"inputPath":    cloud.String,
			"roleArn":      cloud.String.Like(cloud.ARNText),
			"inputTransformer": block(cloud.Fields{
				"inputPaths": cloud.MapOf(cloud.String), "inputTemplate": cloud.String.Required(),
			}),
			"deadLetterConfig": block(cloud.Fields{"arn": cloud.String.Like(cloud.ARNText)}),
			"retryPolicy": block(cloud.Fields{
				"maximumEventAgeInSeconds": cloud.Number.Between(60, 86400), "maximumRetryAttempts": cloud.Number.Between(0, 185),
			}),
			"sqsTarget": block(cloud.Fields{"messageGroupId": cloud.String}),
		},
		Check: checkTarget, Create: createTarget,
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return checkARN(tx, news) },
	}
}

func checkTarget(p cloud.Props) []cloud.Problem {
	var given []string
	for _, name := range []string{"input", "inputPath", "inputTransformer"} {
		if p.Has(name) {
			given = append(given, name)
		}
	}
	if len(given) > 1 {
		return []cloud.Problem{{Property: given[0], Reason: "conflicts with " + strings.Join(given[1:], ", ")}}
	}
	return nil
}

func createTarget(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	rule := p.Str("rule")
	if tx.Get(cloud.EventRule, rule) == nil || p.Str("eventBusName") != defaultBus {
		return ruleMissing.Refuse("Rule %s does not exist on EventBus %s.", rule, p.Str("eventBusName"))
	}
	if !p.Has("targetId") {
		p["targetId"] = "terraform-" + tx.Hex(26)
	}
	r.ID = rule + "-" + p.Str("targetId")
	// PutTargets changes a target of the same name.
	if old := tx.Get(cloud.EventTarget, r.ID); old != nil {
		tx.Remove(old)
	} else if tx.Count(cloud.EventTarget, cloud.Prop("rule", rule)) >= maxTargets {
		return tooMany.Refuse("The requested resource exceeds the maximum number allowed: rule %s has %d targets", rule, maxTargets)
	}
	return checkARN(tx, p)
}

// checkARN looks at what a target leads to, as far as it is a queue of the
// account.
func checkARN(tx *cloud.Tx, p cloud.Props) error {
	arn := p.Str("arn")
	if !strings.HasPrefix(arn, tx.ARN("sqs", "")) {
		return nil
	}
	queue := sqs.ByARN(tx, arn)
	switch {
	case queue == nil:
		tx.Warn(targetMissing, "there is no queue %s; if EventBridge takes the target, its events are lost", arn)
	case queue.Props.Bool("fifoQueue") && p.Obj("sqsTarget").Str("messageGroupId") == "":
		return groupMissing.Refuse("Parameter(s) MessageGroupId must be specified for target: %s.", p.Str("targetId"))
	}
	return nil
}

// Undelivered says of each target of the session's region that would not get its
// events why: EventBridge takes such targets without a word, and drops what it
// cannot deliver.
func Undelivered(tx *cloud.Tx) []string {
	var out []string
	for _, t := range tx.List(cloud.EventTarget) {
		arn := t.Props.Str("arn")
		if !strings.HasPrefix(arn, tx.ARN("sqs", "")) {
			continue
		}
		source := tx.ARN("events", "rule/"+t.Props.Str("rule"))
		switch queue := sqs.ByARN(tx, arn); {
		case queue == nil:
			out = append(out, fmt.Sprintf("%s: there is no queue %s", t.ID, arn))
		case !sqs.Admits(tx, queue, principal, source):
			out = append(out, fmt.Sprintf("%s: the policy of queue %s does not let %s send for %s", t.ID, arn, principal, source))
		}
	}
	return out
}
