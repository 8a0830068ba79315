package kms

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// defaultWindow is how many days a deletion waits when the program says
// nothing.
const defaultWindow = 30

var (
	keySpecs = []string{
		"SYMMETRIC_DEFAULT", "RSA_2048", "RSA_3072", "RSA_4096", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512",
		"ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "SM2",
	}
	keyUsages = []string{"ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"}
)

func keyKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.KMSKey, Noun: "KMS Key", Service: serviceName, Tagged: true,
		CreateCall: "CreateKey", UpdateCall: "PutKeyPolicy", DeleteCall: "ScheduleKeyDeletion",
		Fields: cloud.Fields{
			"bypassPolicyLockoutSafetyCheck": cloud.Bool.Default(false),
			"customKeyStoreId":               cloud.String.ForceNew(),
			"customerMasterKeySpec":          cloud.String.ForceNew().Default("SYMMETRIC_DEFAULT"),
			"deletionWindowInDays":           cloud.Number,
			"description":                    cloud.String.Computed(),
			"enableKeyRotation":              cloud.Bool.Default(false),
			"isEnabled":                      cloud.Bool.Default(true),
			"keyUsage":                       cloud.String.ForceNew().Default("ENCRYPT_DECRYPT"),
			"multiRegion":                    cloud.Bool.Computed().ForceNew(),
			"policy":                         cloud.JSON.Computed(),
			"rotationPeriodInDays":           cloud.Number.Computed(),
			"xksKeyId":                       cloud.String.ForceNew(),
			"arn":                            cloud.String.Output(),
			"keyId":                          cloud.String.Output(),
		},
		Check: checkKey, Create: createKey, Update: updateKey, Delete: deleteKey,
	}
}

func checkKey(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	bad := func(property, reason string) {
		problems = append(problems, cloud.Problem{Property: property, Reason: reason})
	}
	between := func(property string, least, most int) {
		if n := p.Int(property); p.Has(property) && !cloud.IsUnknown(p[property]) && (n < least || n > most) {
			bad(property, fmt.Sprintf("is %d, want %d to %d", n, least, most))
		}
	}
	between("deletionWindowInDays", 7, 30)
	between("rotationPeriodInDays", 90, 2560)
	if p.Has("xksKeyId") && !p.Has("customKeyStoreId") {
		bad("xksKeyId", "needs customKeyStoreId")
	}
	if p.Has("rotationPeriodInDays") && !p.Has("enableKeyRotation") {
		bad("rotationPeriodInDays", "needs enableKeyRotation")
	}
	if len(p.Str("description")) > 8192 {
		bad("description", "has more than 8192 characters")
	}
	if s := p.Str("customerMasterKeySpec"); s != "" && !slices.Contains(keySpecs, s) {
		bad("customerMasterKeySpec", "must be one of "+strings.Join(keySpecs, ", "))
	}
	if s := p.Str("keyUsage"); s != "" && !slices.Contains(keyUsages, s) {
		bad("keyUsage", "must be one of "+strings.Join(keyUsages, ", "))
	}
	return problems
}

func createKey(tx *cloud.Tx, r *cloud.Resource) error {
	symmetric := r.Props.Str("customerMasterKeySpec") == "SYMMETRIC_DEFAULT"
	switch usage := r.Props.Str("keyUsage"); {
	case symmetric && usage != "ENCRYPT_DECRYPT":
		return validation.Refuse("The operation failed because the KeyUsage value of the KMS key is %s. A symmetric key can only ENCRYPT_DECRYPT.", usage)
	case !symmetric && r.Props.Bool("enableKeyRotation"):
		return validation.Refuse("Automatic rotation works only for symmetric encryption keys, not %s.", r.Props.Str("customerMasterKeySpec"))
	}
	if !r.Props.Has("policy") {
		r.Props["policy"] = defaultPolicy(tx)
	} else if err := checkPolicy(tx, r.Props); err != nil {
		return err
	}
	r.ID = keyID(tx, r.Props.Bool("multiRegion"))
	r.Props["keyId"] = r.ID
	r.Props["arn"] = tx.ARN("kms", "key/"+r.ID)
	r.Props["multiRegion"] = r.Props.Bool("multiRegion")
	if !r.Props.Has("description") {
		r.Props["description"] = ""
	}
	settleRotation(r.Props)
	return nil
}

func keyID(tx *cloud.Tx, multiRegion bool) string {
	h := tx.Hex(32)
	if multiRegion {
		return "mrk-" + h
	}
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func settleRotation(p cloud.Props) {
	if p.Bool("enableKeyRotation") && !p.Has("rotationPeriodInDays") {
		p["rotationPeriodInDays"] = float64(365)
	}
}

func updateKey(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	if !r.Props.Bool("isEnabled") && !news.Bool("isEnabled") {
		return disabled.Refuse("%s is disabled.", r.Props.Str("arn"))
	}
	if news.Has("policy") && !cloud.Equal(news["policy"], r.Props["policy"]) {
		if err := checkPolicy(tx, news); err != nil {
			return err
		}
	}
	settleRotation(news)
	return nil
}

// deleteKey schedules the deletion. The aliases stay until then.
func deleteKey(tx *cloud.Tx, r *cloud.Resource) error {
	window := r.Props.Int("deletionWindowInDays")
	if window == 0 {
		window = defaultWindow
	}
	r.Scheduled = tx.Now().UTC().AddDate(0, 0, window).Format(time.RFC3339)
	r.Facts["state"] = "PendingDeletion"
	return cloud.ErrKeep
}

func defaultPolicy(tx *cloud.Tx) string {
	type statement struct {
		Sid, Effect      string
		Principal        map[string]string
		Action, Resource string
	}
	text, err := json.Marshal(map[string]any{
		"Version": "2012-10-17", "Id": "key-default-1",
		"Statement": []statement{{
			Sid: "Enable IAM User Permissions", Effect: "Allow",
			Principal: map[string]string{"AWS": root(tx)}, Action: "kms:*", Resource: "*",
		}},
	})
	if err != nil {
		return ""
	}
	return string(text)
}
