package kms

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Key finds a key by its ARN, ID, alias or alias ARN, one that waits for its
// deletion included; nil when there is none.
func Key(tx *cloud.Tx, name string) *cloud.Resource {
	if i := strings.Index(name, "alias/"); i >= 0 {
		alias := tx.Get(cloud.KMSAlias, name[i:])
		if alias == nil {
			return nil
		}
		name = alias.Props.Str("targetKeyId")
	}
	if k := tx.Get(cloud.KMSKey, short(name)); k != nil && (k.ID == name || k.Props.Str("arn") == name) {
		return k
	}
	return nil
}

// Usable refuses a key that cannot encrypt: one that does not exist in the
// region (NotFoundException), waits for its deletion
// (KMSInvalidStateException) or is disabled (DisabledException). The aliases
// of AWS's own keys are always usable.
func Usable(tx *cloud.Tx, name string) error {
	if strings.Contains(name, "alias/aws/") {
		return nil
	}
	k := Key(tx, name)
	switch {
	case k == nil:
		return notFound.Refuse("Key '%s' does not exist", name)
	case k.Scheduled != "":
		return invalidState.Refuse("%s is pending deletion.", k.Props.Str("arn"))
	case !k.Props.Bool("isEnabled"):
		return disabled.Refuse("%s is disabled.", k.Props.Str("arn"))
	}
	return nil
}

// short is the ID in a key's ARN.
func short(name string) string {
	_, id, ok := strings.Cut(name, ":key/")
	if !ok {
		return name
	}
	return id
}
