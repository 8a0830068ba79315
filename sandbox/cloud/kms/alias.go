package kms

import (
	"regexp"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var aliasForm = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`)

// The provider looks at the characters and leaves the length to KMS.
var aliasText = cloud.Text{
	Want: "alias/ and letters, digits, /, _ and -", Example: "alias/example", Good: regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]+$`).MatchString,
}

func aliasKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.KMSAlias, Noun: "KMS Alias", Service: serviceName,
		CreateCall: "CreateAlias", UpdateCall: "UpdateAlias", DeleteCall: "DeleteAlias",
		Fields: cloud.Fields{
			"name":         cloud.String.Like(aliasText).AutoNamed(255).Prefixed("alias/").ForceNew(),
			"namePrefix":   cloud.String.Computed().ForceNew(),
			"targetKeyId":  cloud.String.Required().SameWhen(func(a, b string) bool { return short(a) == short(b) }),
			"arn":          cloud.String.Output(),
			"targetKeyArn": cloud.String.Output(),
		},
		Create: createAlias,
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error { return point(tx, r, news) },
	}
}

func createAlias(tx *cloud.Tx, r *cloud.Resource) error {
	name := r.Props.Str("name")
	if name == "" {
		prefix := r.Props.Str("namePrefix")
		if prefix == "" {
			prefix = "alias/"
		}
		name = prefix + tx.Hex(26)
	}
	switch {
	case strings.HasPrefix(name, "alias/aws/"):
		return aliasReserved.Refuse("Alias must not begin with alias/aws/, which is reserved: %s", name)
	case !aliasForm.MatchString(name):
		return aliasName.Refuse("Alias must start with the prefix \"alias/\" and contain only letters, digits, /, _ and -: %q", name)
	case tx.Get(cloud.KMSAlias, name) != nil:
		return aliasExists.Refuse("An alias with the name %s already exists", tx.ARN("kms", name))
	}
	r.ID = name
	r.Props["name"] = name
	r.Props["arn"] = tx.ARN("kms", name)
	return point(tx, r, r.Props)
}

// point makes the alias stand for a key.
func point(tx *cloud.Tx, r *cloud.Resource, p cloud.Props) error {
	target := p.Str("targetKeyId")
	k := Key(tx, target)
	switch {
	case k == nil || strings.Contains(target, "alias/"):
		return notFound.Refuse("Key '%s' does not exist", target)
	case k.Scheduled != "":
		return invalidState.Refuse("%s is pending deletion.", k.Props.Str("arn"))
	}
	p["targetKeyId"] = k.ID
	r.Props["targetKeyArn"] = k.Props.Str("arn")
	return nil
}
