package sqs

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

func policyKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.QueuePolicy, Noun: "SQS Queue Policy", Service: serviceName,
		CreateCall: "SetQueueAttributes", UpdateCall: "SetQueueAttributes", DeleteCall: "SetQueueAttributes",
		Fields: cloud.Fields{
			"queueUrl": cloud.String.Required().ForceNew(),
			"policy":   cloud.JSON.Required(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			r.ID = r.Props.Str("queueUrl")
			return setPolicy(tx, r.ID, r.Props.Str("policy"))
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			return setPolicy(tx, r.ID, news.Str("policy"))
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			// The provider counts a queue that has gone as a policy that has gone.
			if tx.Get(cloud.Queue, r.ID) == nil {
				return nil
			}
			return setPolicy(tx, r.ID, "")
		},
	}
}

// setPolicy makes a document the policy of a queue; there is one only.
func setPolicy(tx *cloud.Tx, url, text string) error {
	queue := tx.Get(cloud.Queue, url)
	if queue == nil {
		return queueMissing.Refuse("The specified queue does not exist: %s", url)
	}
	if err := checkPolicy(tx, text); err != nil {
		return err
	}
	queue.Props["policy"] = text
	tx.Put(queue)
	return nil
}

func checkPolicy(tx *cloud.Tx, text string) error {
	if text == "" {
		return nil
	}
	d, err := iam.ParseDocument(text)
	if err != nil {
		return queuePolicy.Refuse("Invalid value for the parameter Policy: %s", err)
	}
	for _, s := range d.Statements {
		if !s.Whole() {
			return queuePolicy.Refuse("Invalid value for the parameter Policy: statement %q needs a principal, an action and a resource", s.Sid)
		}
		if err := iam.CheckPrincipals(tx, s); err != nil {
			return queuePolicy.Refuse("Invalid value for the parameter Policy: %s", err)
		}
	}
	return nil
}

// Admits tells whether the policy of a queue lets a service, such as
// events.amazonaws.com, send to it on behalf of a resource of the account. A
// statement that denies counts when all its conditions are of the operators that
// [iam.Statement.Holds] knows; the usual one against calls without TLS is not.
func Admits(tx *cloud.Tx, queue *cloud.Resource, service, sourceARN string) bool {
	d, err := iam.ParseDocument(queue.Props.Str("policy"))
	if err != nil {
		return false
	}
	context := map[string]string{"aws:SourceArn": sourceARN, "aws:SourceAccount": tx.AccountID()}
	says := func(effect string, s iam.Statement) bool {
		here := slices.ContainsFunc(s.Resources, func(r string) bool { return iam.Match(r, queue.Props.Str("arn")) })
		return s.Effect == effect && here && s.Names("Service", service) && s.Covers("sqs:SendMessage") && s.Holds(context)
	}
	allows := func(s iam.Statement) bool { return says("Allow", s) }
	denies := func(s iam.Statement) bool { return says("Deny", s) && s.Judged() }
	return slices.ContainsFunc(d.Statements, allows) && !slices.ContainsFunc(d.Statements, denies)
}
