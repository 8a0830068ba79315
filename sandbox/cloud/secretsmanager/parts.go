package secretsmanager

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// maxValue is how many bytes a value may have.
const maxValue = 65536

func versionKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.SecretVersion, Noun: "Secrets Manager Secret Version", Service: serviceName,
		CreateCall: "PutSecretValue", UpdateCall: "UpdateSecretVersionStage", DeleteCall: "UpdateSecretVersionStage",
		Fields: cloud.Fields{
			"secretId":      cloud.String.Required().ForceNew(),
			"secretString":  cloud.String.ForceNew(),
			"secretBinary":  cloud.String.ForceNew(),
			"versionStages": cloud.SetOf(cloud.String).Computed(),
			"arn":           cloud.String.Output(),
			"versionId":     cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if p["secretString"] != nil && p["secretBinary"] != nil {
				return []cloud.Problem{{Property: "secretBinary", Reason: "conflicts with secretString"}}
			}
			return nil
		},
		Create: createVersion,
	}
}

func createVersion(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	secret, err := use(tx, p.Str("secretId"))
	if err != nil {
		return err
	}
	if secret == nil {
		return nil
	}
	if secret.Owner != "" {
		return secretOwned.Refuse("You can't put a value into the secret %s: %s manages it", secret.Props.Str("name"), secret.Owner)
	}
	if n := max(len(p.Str("secretString")), base64.StdEncoding.DecodedLen(len(p.Str("secretBinary")))); n > maxValue {
		return valueLong.Refuse("Member must have length less than or equal to %d: the value of %s has %d", maxValue, secret.Props.Str("name"), n)
	}
	version := tx.Hex(32)
	r.ID = secret.ID + "|" + version
	p["arn"], p["versionId"] = secret.ID, version
	if !p.Has("versionStages") {
		p["versionStages"] = cloud.Strings(current)
	}
	stages := p.Strs("versionStages")
	for _, other := range tx.List(cloud.SecretVersion, cloud.Prop("arn", secret.ID)) {
		// A label is on one version at a time.
		left := slices.DeleteFunc(other.Props.Strs("versionStages"), func(s string) bool { return slices.Contains(stages, s) })
		other.Props["versionStages"] = cloud.Strings(left...)
		tx.Put(other)
	}
	return nil
}

// current is the label of the version that readers get.
const current = "AWSCURRENT"

func policyKind() cloud.Kind {
	check := func(tx *cloud.Tx, p cloud.Props) error {
		secret, err := use(tx, p.Str("secretArn"))
		if err != nil || secret == nil {
			return err
		}
		return checkPolicy(tx, p.Str("policy"), p.Bool("blockPublicPolicy"))
	}
	return cloud.Kind{
		Token: cloud.SecretPolicy, Noun: "Secrets Manager Secret Policy", Service: serviceName,
		CreateCall: "PutResourcePolicy", UpdateCall: "PutResourcePolicy", DeleteCall: "DeleteResourcePolicy",
		Fields: cloud.Fields{
			"blockPublicPolicy": cloud.Bool,
			"policy":            cloud.JSON.Required(),
			"secretArn":         cloud.String.Required().Like(cloud.ARNText).ForceNew(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			r.ID = r.Props.Str("secretArn")
			return check(tx, r.Props)
		},
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return check(tx, news) },
	}
}

func checkPolicy(tx *cloud.Tx, text string, blockPublic bool) error {
	d, err := iam.ParseDocument(text)
	if err != nil {
		return policyMalformed.Refuse("This resource policy contains a syntax error: %s", err)
	}
	for _, s := range d.Statements {
		switch {
		case !s.Whole():
			return policyMalformed.Refuse("This resource policy contains a syntax error: a statement needs a principal, an action and a resource")
		case blockPublic && s.Effect == "Allow" && slices.Contains(s.Principals["AWS"], "*") && len(s.Conditions) == 0:
			return policyPublic.Refuse("You can't use a resource policy that grants access to everybody while blockPublicPolicy is on")
		}
		if err := iam.CheckPrincipals(tx, s); err != nil {
			return policyMalformed.Refuse("This resource policy contains an unsupported principal: %s", err)
		}
	}
	return nil
}

func rotationKind() cloud.Kind {
	check := func(tx *cloud.Tx, p cloud.Props) (*cloud.Resource, error) {
		secret, err := use(tx, p.Str("secretId"))
		if err != nil || secret == nil {
			return nil, err
		}
		lambda := p.Str("rotationLambdaArn")
		switch {
		case secret.Owner != "" && lambda == "":
		case secret.Owner != "":
			return nil, secretOwned.Refuse("You can't set a rotation function of the secret %s: %s rotates it", secret.Props.Str("name"), secret.Owner)
		case !strings.Contains(lambda, ":lambda:") || !strings.Contains(lambda, ":function:"):
			return nil, rotationLambda.Refuse("No Lambda rotation function ARN is associated with this secret: rotationLambdaArn is %q", lambda)
		}
		return secret, nil
	}
	return cloud.Kind{
		Token: cloud.SecretRotation, Noun: "Secrets Manager Secret Rotation", Service: serviceName,
		CreateCall: "RotateSecret", UpdateCall: "RotateSecret", DeleteCall: "CancelRotateSecret",
		Fields: cloud.Fields{
			"rotateImmediately": cloud.Bool.Default(true),
			"rotationEnabled":   cloud.Bool.Output(),
			"rotationLambdaArn": cloud.String.Like(cloud.ARNText),
			"secretId":          cloud.String.Required().ForceNew(),
			"rotationRules": cloud.Object(cloud.Fields{
				"automaticallyAfterDays": cloud.Number.Between(1, 1000), "duration": cloud.String.Like(durationText), "scheduleExpression": cloud.String,
			}).Required(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if rules := p.Obj("rotationRules"); rules != nil && (rules["automaticallyAfterDays"] != nil) == (rules["scheduleExpression"] != nil) {
				return []cloud.Problem{{Property: "rotationRules", Reason: "want automaticallyAfterDays or scheduleExpression, and not both"}}
			}
			return nil
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			secret, err := check(tx, r.Props)
			if err != nil || secret == nil {
				return err
			}
			r.ID, r.Props["rotationEnabled"] = secret.ID, true
			return nil
		},
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error {
			_, err := check(tx, news)
			return err
		},
	}
}
