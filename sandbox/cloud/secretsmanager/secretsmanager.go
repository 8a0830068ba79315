// Package secretsmanager simulates the secrets of AWS Secrets Manager: their
// names, which stay taken while a deletion waits, their versions, policies and
// rotation. Values are kept as they are given and shown to nobody else.
//
// RDS makes secrets of its own with [Make]. No rotation ever happens.
package secretsmanager

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Service lists what Secrets Manager adds to an account.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{secretKind(), versionKind(), policyKind(), rotationKind()}, Tags: tagRules}
}

const (
	serviceName = "Secrets Manager"
	api         = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/"
	guide       = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"
)

func rule(name, code, source string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: tag})
}

var (
	tagRules = cloud.TagRules{
		TooMany:   rule("secretsmanager-too-many-tags", "LimitExceededException", api+"API_CreateSecret.html", cloud.Memory),
		Malformed: rule("secretsmanager-tag-malformed", "InvalidParameterException", api+"API_CreateSecret.html", cloud.Memory),
	}
	secretMissing   = rule("secret-missing", "ResourceNotFoundException", api+"API_PutSecretValue.html", cloud.Verified)
	secretName      = rule("secret-name", "ValidationException", api+"API_CreateSecret.html", cloud.Verified)
	secretExists    = rule("secret-exists", "ResourceExistsException", api+"API_CreateSecret.html", cloud.Verified)
	secretScheduled = rule("secret-scheduled-for-deletion", "InvalidRequestException", api+"API_CreateSecret.html", cloud.Verified)
	secretKey       = rule("secret-key", "InvalidRequestException", api+"API_CreateSecret.html", cloud.Memory)
	secretOwned     = rule("secret-of-a-service", "InvalidRequestException", guide+"service-linked-secrets.html", cloud.Verified)
	valueLong       = rule("secret-value-too-long", "ValidationException", api+"API_PutSecretValue.html", cloud.Verified)
	policyMalformed = rule("secret-policy-malformed", "MalformedPolicyDocumentException", api+"API_PutResourcePolicy.html", cloud.Verified)
	policyPublic    = rule("secret-policy-public", "PublicPolicyException", api+"API_PutResourcePolicy.html", cloud.Verified)
	rotationLambda  = rule("secret-rotation-without-lambda", "InvalidRequestException", api+"API_RotateSecret.html", cloud.Memory)
)

// find finds a secret by its ARN or name; nil when there is none.
func find(tx *cloud.Tx, id string) *cloud.Resource {
	if s := tx.Get(cloud.Secret, id); s != nil {
		return s
	}
	return tx.One(cloud.Secret, cloud.Prop("name", id))
}

// use finds a secret that something is to be done with.
func use(tx *cloud.Tx, id string) (*cloud.Resource, error) {
	switch s := find(tx, id); {
	case s == nil:
		return nil, secretMissing.Refuse("Secrets Manager can't find the specified secret: %s", id)
	case s.Scheduled != "":
		return nil, secretScheduled.Refuse("You can't perform this operation on the secret because it was marked for deletion: %s", id)
	default:
		return s, nil
	}
}

// Make has a service of AWS make a secret of its own, such as
// rds!db-0123…. The caller can neither change nor delete it.
func Make(tx *cloud.Tx, service, name, description, key string) *cloud.Resource {
	p := cloud.Props{
		"name": name, "arn": secretARN(tx, name), "description": description, "recoveryWindowInDays": float64(defaultWindow),
		"forceOverwriteReplicaSecret": false, "kmsKeyId": key,
	}
	return tx.Make(service, cloud.Secret, p.Str("arn"), p, cloud.Props{"value": tx.Hex(32)})
}

// Values are the values of all secrets of the session's region, those that
// services of AWS made included: what must be nowhere but here.
func Values(tx *cloud.Tx) []string {
	var out []string
	for _, s := range tx.List(cloud.Secret) {
		if v := s.Facts.Str("value"); v != "" {
			out = append(out, v)
		}
	}
	for _, v := range tx.List(cloud.SecretVersion) {
		if v := v.Props.Str("secretString"); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// secretARN is a new ARN: the name and six characters that no other secret has.
func secretARN(tx *cloud.Tx, name string) string {
	return tx.ARN("secretsmanager", "secret:"+name+"-"+strings.ToUpper(tx.Hex(6)))
}
