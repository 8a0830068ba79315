// Package logs simulates the log groups of Amazon CloudWatch Logs, and the policies
// that let services write into them. Nothing is ever logged, and retention deletes nothing.
package logs

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

// Service lists what CloudWatch Logs adds to an account.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{groupKind(), policyKind()}, Tags: tagRules}
}

const docs = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/"

var (
	groupExists = cloud.Declare(cloud.Rule{
		Name: "log-group-exists", Code: "ResourceAlreadyExistsException", Source: docs + "APIReference/API_CreateLogGroup.html",
	})
	keyRefused = cloud.Declare(cloud.Rule{
		Name: "log-group-key", Code: "InvalidParameterException", Source: docs + "logs/encrypt-log-data-kms.html",
	})
)

// tagRules are CloudWatch Logs's rules for tags.
var tagRules = cloud.TagRules{
	TooMany: cloud.Declare(cloud.Rule{
		Name: "logs-too-many-tags", Code: "InvalidParameterException", Source: docs + "APIReference/API_CreateLogGroup.html", Tag: cloud.Memory,
	}),
	Malformed: cloud.Declare(cloud.Rule{
		Name: "logs-tag-malformed", Code: "InvalidParameterException", Source: docs + "APIReference/API_CreateLogGroup.html", Tag: cloud.Memory,
	}),
}

var (
	groupName  = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)
	retentions = []int{0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
	prefixText = cloud.Text{Want: "letters, digits and . - _ / # only", Example: "/example", Good: groupName.MatchString}
	classes    = []string{"STANDARD", "INFREQUENT_ACCESS", "DELIVERY"}
)

func groupKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.LogGroup, Noun: "CloudWatch Logs Log Group", Service: "CloudWatch Logs", Tagged: true,
		CreateCall: "CreateLogGroup", UpdateCall: "PutRetentionPolicy", DeleteCall: "DeleteLogGroup",
		Fields: cloud.Fields{
			"name":            cloud.String.AutoNamed(255).ForceNew(),
			"namePrefix":      cloud.String.Like(prefixText).Computed().ForceNew(),
			"kmsKeyId":        cloud.String,
			"logGroupClass":   cloud.String.Computed().ForceNew(),
			"retentionInDays": cloud.Number.Default(0),
			"skipDestroy":     cloud.Bool.Default(false),
			"arn":             cloud.String.Output(),
		},
		Check: checkGroup, Create: createGroup, Update: updateGroup, Delete: deleteGroup,
	}
}

func checkGroup(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	if name := p.Str("name"); name != "" && !groupName.MatchString(name) {
		problems = append(problems, cloud.Problem{Property: "name", Reason: "must have 1 to 512 letters, digits and . - _ / #: " + name})
	}
	if n := p.Int("retentionInDays"); !slices.Contains(retentions, n) {
		problems = append(problems, cloud.Problem{Property: "retentionInDays", Reason: fmt.Sprintf("is %d, want one of %d", n, retentions)})
	}
	if c := p.Str("logGroupClass"); c != "" && !slices.Contains(classes, c) {
		problems = append(problems, cloud.Problem{Property: "logGroupClass", Reason: fmt.Sprintf("is %q, want one of %q", c, classes)})
	}
	return problems
}

func createGroup(tx *cloud.Tx, r *cloud.Resource) error {
	name := r.Props.Str("name")
	if name == "" {
		name = r.Props.Str("namePrefix") + tx.Hex(26)
	}
	if tx.Get(cloud.LogGroup, name) != nil {
		return groupExists.Refuse("The specified log group already exists: %s", name)
	}
	r.ID = name
	complete(tx, r.Props, name)
	return checkKey(tx, r.Props)
}

// complete sets what CloudWatch Logs decides about a group.
func complete(tx *cloud.Tx, p cloud.Props, name string) {
	p["name"] = name
	p["arn"] = tx.ARN("logs", "log-group:"+name)
	if !p.Has("logGroupClass") {
		p["logGroupClass"] = "STANDARD"
	}
}

// writerFact is the service that logs into a group.
const writerFact = "writer"

// Write has a service log into a group from now on. It makes the group when
// there is none, as services do when they first log; a group that exists stays
// as it is. A group that a service makes keeps logs for ever and has no key.
func Write(tx *cloud.Tx, service, name string) {
	group := tx.Get(cloud.LogGroup, name)
	if group == nil {
		group = madeBy(tx, service, name)
	}
	group.Facts[writerFact] = service
	tx.Put(group)
}

// Stop ends what [Write] began. The group stays.
func Stop(tx *cloud.Tx, name string) {
	if group := tx.Get(cloud.LogGroup, name); group != nil {
		delete(group.Facts, writerFact)
		tx.Put(group)
	}
}

func madeBy(tx *cloud.Tx, service, name string) *cloud.Resource {
	p := cloud.Props{"retentionInDays": float64(0), "skipDestroy": false}
	complete(tx, p, name)
	return tx.Make(service, cloud.LogGroup, name, p, nil)
}

func updateGroup(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	return checkKey(tx, news.With(cloud.Props{"arn": r.Props["arn"]}))
}

func checkKey(tx *cloud.Tx, p cloud.Props) error {
	key := p.Str("kmsKeyId")
	if key == "" {
		return nil
	}
	service := "logs." + tx.Session.Region + ".amazonaws.com"
	context := map[string]string{"kms:EncryptionContext:aws:logs:arn": p.Str("arn")}
	if kms.Usable(tx, key) != nil || !kms.AllowsServiceFor(tx, key, service, context) {
		return keyRefused.Refuse("The specified KMS key does not exist or is not allowed to be used with Arn '%s': "+
			"key %s needs a policy statement for the service %s", p.Str("arn"), key, service)
	}
	return nil
}

// deleteGroup deletes a group. While a service still logs into it, it appears
// again at once, without the settings that it had.
func deleteGroup(tx *cloud.Tx, r *cloud.Resource) error {
	if r.Props.Bool("skipDestroy") {
		return cloud.ErrKeep
	}
	if writer := r.Facts.Str(writerFact); writer != "" {
		tx.Remove(r)
		*r = *madeBy(tx, writer, r.ID)
		r.Facts[writerFact] = writer
		return cloud.ErrKeep
	}
	return nil
}
