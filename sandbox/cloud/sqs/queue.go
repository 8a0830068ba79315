package sqs

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/fifo"
)

func queueKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Queue, Noun: "SQS Queue", Service: serviceName, Tagged: true,
		CreateCall: "CreateQueue", UpdateCall: "SetQueueAttributes", DeleteCall: "DeleteQueue",
		Fields: cloud.Fields{
			"name":                         cloud.String.AutoNamed(80).ForceNew(),
			"namePrefix":                   cloud.String.Computed().ForceNew(),
			"contentBasedDeduplication":    cloud.Bool.Default(false),
			"deduplicationScope":           cloud.String.OneOf("messageGroup", "queue").Computed(),
			"delaySeconds":                 cloud.Number.Between(0, 900).Default(0),
			"fifoQueue":                    cloud.Bool.ForceNew().Default(false),
			"fifoThroughputLimit":          cloud.String.OneOf("perQueue", "perMessageGroupId").Computed(),
			"kmsDataKeyReusePeriodSeconds": cloud.Number.Between(60, 86400).Computed(),
			"kmsMasterKeyId":               cloud.String,
			"maxMessageSize":               cloud.Number.Between(1024, 262144).Default(262144),
			"messageRetentionSeconds":      cloud.Number.Between(60, 1209600).Default(345600),
			"policy":                       cloud.JSON.Computed(),
			"receiveWaitTimeSeconds":       cloud.Number.Between(0, 20).Default(0),
			"redriveAllowPolicy":           cloud.JSON.Computed(),
			"redrivePolicy":                cloud.JSON.Computed(),
			"sqsManagedSseEnabled":         cloud.Bool.Computed(),
			"visibilityTimeoutSeconds":     cloud.Number.Between(0, 43200).Default(30),
			"arn":                          cloud.String.Output(),
			"url":                          cloud.String.Output(),
		},
		Check: checkQueue, Create: createQueue, Update: updateQueue,
	}
}

var fifoQueue = fifo.Thing{Noun: "queue", Longest: 80, Flag: "fifoQueue", Only: []string{"contentBasedDeduplication"}}

// checkQueue finds what the provider finds when it plans.
func checkQueue(p cloud.Props) []cloud.Problem {
	problems := fifoQueue.Check(p)
	if p.Has("kmsMasterKeyId") && p.Has("sqsManagedSseEnabled") {
		problems = append(problems, cloud.Problem{Property: "kmsMasterKeyId", Reason: "conflicts with sqsManagedSseEnabled"})
	}
	return problems
}

func createQueue(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	fifoQueue.SetName(tx, p)
	name := p.Str("name")
	region := tx.Session.Region
	r.ID = "https://sqs." + region + "." + cloud.DNSSuffix(region) + "/" + tx.AccountID() + "/" + name
	p["url"], p["arn"] = r.ID, tx.ARN("sqs", name)
	settle(p)
	if err := checkDocuments(tx, p); err != nil {
		return err
	}
	if old := tx.Get(cloud.Queue, r.ID); old != nil {
		if different := firstDifference(old.Props, p); different != "" {
			return queueExists.Refuse("A queue already exists with the same name and a different value for attribute %s", different)
		}
		// The same again is no error to SQS: it answers with the queue there is.
		tx.Remove(old)
	}
	return nil
}

// settle sets what SQS decides: a queue without a key is encrypted by SQS, unless
// the program says otherwise.
func settle(p cloud.Props) {
	if p.Str("kmsMasterKeyId") != "" {
		p["sqsManagedSseEnabled"] = false
	}
	defaults := cloud.Props{"sqsManagedSseEnabled": true, "kmsDataKeyReusePeriodSeconds": 300.0}
	if p.Bool("fifoQueue") {
		defaults["deduplicationScope"], defaults["fifoThroughputLimit"] = "queue", "perQueue"
	}
	for name, v := range defaults {
		if !p.Has(name) {
			p[name] = v
		}
	}
}

// firstDifference is the first attribute in which two queues differ, or "". Tags
// and policies are no reason for SQS to refuse.
func firstDifference(a, b cloud.Props) string {
	names := slices.Sorted(maps.Keys(queueKind().Fields))
	i := slices.IndexFunc(names, func(name string) bool {
		return name != "namePrefix" && name != "policy" && !cloud.Equal(a[name], b[name])
	})
	if i < 0 {
		return ""
	}
	return strings.ToUpper(names[i][:1]) + names[i][1:]
}

func updateQueue(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	settle(news)
	return checkDocuments(tx, r.Props.With(news))
}

// checkDocuments refuses policies and dead-letter queues that SQS does not take.
func checkDocuments(tx *cloud.Tx, p cloud.Props) error {
	if err := checkPolicy(tx, p.Str("policy")); err != nil {
		return err
	}
	text := p.Str("redrivePolicy")
	if text == "" {
		return nil
	}
	var redrive struct {
		DeadLetterTargetARN string `json:"deadLetterTargetArn"`
		MaxReceiveCount     any    `json:"maxReceiveCount"`
	}
	if err := json.Unmarshal([]byte(text), &redrive); err != nil || redrive.DeadLetterTargetARN == "" || redrive.MaxReceiveCount == nil {
		return queueRedrive.Refuse("Value %s for parameter RedrivePolicy is invalid. Reason: it needs deadLetterTargetArn and maxReceiveCount.", text)
	}
	dead := ByARN(tx, redrive.DeadLetterTargetARN)
	switch {
	case dead == nil:
		return queueRedrive.Refuse("Value %s for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.", text)
	case dead.Props.Bool("fifoQueue") != p.Bool("fifoQueue"):
		return queueRedriveMix.Refuse("Value %s for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source.", text)
	}
	return nil
}

// ByARN finds a queue; nil when the region has none of that ARN.
func ByARN(tx *cloud.Tx, arn string) *cloud.Resource {
	return tx.One(cloud.Queue, cloud.Prop("arn", arn))
}
