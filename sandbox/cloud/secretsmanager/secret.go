package secretsmanager

import (
	"regexp"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

// defaultWindow is how many days a deletion waits when the program says nothing.
const defaultWindow = 30

var (
	nameForm     = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)
	durationText = cloud.Text{Want: "hours such as 3h", Example: "3h", Good: regexp.MustCompile(`[0-9h]+`).MatchString}
	nameText     = cloud.Text{Want: "letters, digits and / _ + = . @ - only", Example: "example", Good: regexp.MustCompile(`^[0-9A-Za-z/_+=.@-]+$`).MatchString}
)

func secretKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Secret, Noun: "Secrets Manager Secret", Service: serviceName, Tagged: true,
		CreateCall: "CreateSecret", UpdateCall: "UpdateSecret", DeleteCall: "DeleteSecret",
		Fields: cloud.Fields{
			"name":                        cloud.String.AutoNamed(512).Like(nameText).ForceNew(),
			"namePrefix":                  cloud.String.Like(nameText).Computed().ForceNew(),
			"description":                 cloud.String,
			"forceOverwriteReplicaSecret": cloud.Bool.Default(false),
			"kmsKeyId":                    cloud.String,
			"policy":                      cloud.JSON.Computed(),
			"recoveryWindowInDays":        cloud.Number.Default(defaultWindow),
			"arn":                         cloud.String.Output(),
		},
		Check: checkWindow, Create: createSecret, Update: updateSecret, Delete: deleteSecret,
	}
}

func checkWindow(p cloud.Props) []cloud.Problem {
	n, ok := p["recoveryWindowInDays"].(float64)
	if !ok || n == 0 || n >= 7 && n <= 30 {
		return nil
	}
	return []cloud.Problem{{Property: "recoveryWindowInDays", Reason: "want 0, or 7 to 30"}}
}

func createSecret(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	name := p.Str("name")
	if name == "" {
		name = p.Str("namePrefix") + tx.Hex(26)
	}
	if !nameForm.MatchString(name) {
		return secretName.Refuse("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!, 512 at most: %s", name)
	}
	switch other := tx.One(cloud.Secret, cloud.Prop("name", name)); {
	case other == nil:
	case other.Scheduled != "":
		return secretScheduled.Refuse("You can't create this secret because a secret with this name is already scheduled for deletion: %s; "+
			"restore it, or set recoveryWindowInDays to 0 where names have to be free at once", name)
	default:
		return secretExists.Refuse("The operation failed because the secret %s already exists.", name)
	}
	p["name"], p["arn"] = name, secretARN(tx, name)
	r.ID = p.Str("arn")
	fill(p, "policy")
	return checkSecret(tx, p)
}

func fill(p cloud.Props, name string) {
	if !p.Has(name) {
		p[name] = ""
	}
}

func updateSecret(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	if r.Owner != "" {
		return secretOwned.Refuse("You can't modify the secret %s: %s manages it", r.Props.Str("name"), r.Owner)
	}
	return checkSecret(tx, news)
}

func checkSecret(tx *cloud.Tx, p cloud.Props) error {
	if key := p.Str("kmsKeyId"); key != "" {
		if err := kms.Usable(tx, key); err != nil {
			return secretKey.Refuse("The KMS key cannot encrypt the secret: %s", err)
		}
	}
	if text := p.Str("policy"); text != "" {
		return checkPolicy(tx, text, false)
	}
	return nil
}

// deleteSecret schedules the deletion; without a window the secret goes at once.
func deleteSecret(tx *cloud.Tx, r *cloud.Resource) error {
	if r.Owner != "" {
		return secretOwned.Refuse("You can't delete the secret %s: %s manages it", r.Props.Str("name"), r.Owner)
	}
	days := r.Props.Int("recoveryWindowInDays")
	for _, kind := range []string{cloud.SecretPolicy, cloud.SecretRotation} {
		for _, s := range tx.List(kind, func(s *cloud.Resource) bool { return s.ID == r.ID }) {
			tx.Remove(s)
		}
	}
	for _, v := range tx.List(cloud.SecretVersion, cloud.Prop("arn", r.ID)) {
		tx.Remove(v)
	}
	if days == 0 {
		return nil
	}
	r.Scheduled = tx.Now().AddDate(0, 0, days).UTC().Format(time.RFC3339)
	return cloud.ErrKeep
}
