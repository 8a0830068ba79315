package kms_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

var session = cloud.Session{Region: "us-west-2"}

func open(t *testing.T) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service(), kms.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func create(t *testing.T, a *cloud.Account, kind string, p cloud.Props) *cloud.Resource {
	t.Helper()
	r, err := a.Create(session, kind, kind+fmt.Sprint(p), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	var refusal *cloud.Refusal
	if !errors.As(err, &refusal) || refusal.Code() != want {
		t.Fatalf("got %v, want a refusal with code %s", err, want)
	}
}

func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

const rootStatement = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}`

func TestKeyOutputs(t *testing.T) {
	t.Parallel()
	a := open(t)
	k := create(t, a, cloud.KMSKey, cloud.Props{"enableKeyRotation": true})
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(k.ID) {
		t.Errorf("key ID is %q", k.ID)
	}
	if got, want := k.Props.Str("arn"), "arn:aws:kms:us-west-2:123456789012:key/"+k.ID; got != want {
		t.Errorf("ARN is %q, want %q", got, want)
	}
	if k.Props.Int("rotationPeriodInDays") != 365 || !strings.Contains(k.Props.Str("policy"), "123456789012:root") {
		t.Errorf("got %v", k.Props)
	}
	if m := create(t, a, cloud.KMSKey, cloud.Props{"multiRegion": true}); !strings.HasPrefix(m.ID, "mrk-") {
		t.Errorf("multi-region key ID is %q", m.ID)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	policy := func(s ...string) cloud.Props { return cloud.Props{"policy": document(s...)} }
	tests := map[string]struct {
		kind  string
		props cloud.Props
		want  string
	}{
		"policy that locks everybody out":  {cloud.KMSKey, policy(`{"Effect":"Allow","Principal":{"Service":"logs.us-west-2.amazonaws.com"},"Action":"kms:*","Resource":"*"}`), "MalformedPolicyDocumentException"},
		"root that may only use the key":   {cloud.KMSKey, policy(strings.Replace(rootStatement, "kms:*", "kms:Encrypt", 1)), "MalformedPolicyDocumentException"},
		"principal that does not exist":    {cloud.KMSKey, policy(rootStatement, `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/no"},"Action":"kms:*","Resource":"*"}`), "MalformedPolicyDocumentException"},
		"statement without a principal":    {cloud.KMSKey, policy(rootStatement, `{"Effect":"Allow","Action":"kms:*","Resource":"*"}`), "MalformedPolicyDocumentException"},
		"policy that cannot be read":       {cloud.KMSKey, cloud.Props{"policy": `{"Statement":[]}`}, "MalformedPolicyDocumentException"},
		"statement without an action":      {cloud.KMSKey, policy(rootStatement, `{"Effect":"Allow","Principal":"*","Resource":"*"}`), "MalformedPolicyDocumentException"},
		"statement without a resource":     {cloud.KMSKey, policy(rootStatement, `{"Effect":"Allow","Principal":"*","Action":"kms:*"}`), "MalformedPolicyDocumentException"},
		"policy above 32 KB":               {cloud.KMSKey, policy(rootStatement, `{"Sid":"`+strings.Repeat("a", 33000)+`","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}`), "LimitExceededException"},
		"rotation of an asymmetric key":    {cloud.KMSKey, cloud.Props{"customerMasterKeySpec": "RSA_2048", "enableKeyRotation": true}, "ValidationException"},
		"signing with a symmetric key":     {cloud.KMSKey, cloud.Props{"keyUsage": "SIGN_VERIFY"}, "ValidationException"},
		"alias of 257 characters":          {cloud.KMSAlias, cloud.Props{"name": "alias/" + strings.Repeat("a", 251), "targetKeyId": "KEY"}, "InvalidAliasNameException"},
		"alias in AWS's part of the names": {cloud.KMSAlias, cloud.Props{"name": "alias/aws/eks", "targetKeyId": "KEY"}, "NotAuthorizedException"},
		"alias of a taken name":            {cloud.KMSAlias, cloud.Props{"name": "alias/taken", "targetKeyId": "KEY"}, "AlreadyExistsException"},
		"alias of an unknown key":          {cloud.KMSAlias, cloud.Props{"name": "alias/x", "targetKeyId": "0000"}, "NotFoundException"},
		"alias of a deleted key":           {cloud.KMSAlias, cloud.Props{"name": "alias/x", "targetKeyId": "GONE"}, "KMSInvalidStateException"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			key := create(t, a, cloud.KMSKey, cloud.Props{})
			gone := create(t, a, cloud.KMSKey, cloud.Props{"deletionWindowInDays": 7.0})
			if err := a.Delete(session, cloud.KMSKey, gone.ID); err != nil {
				t.Fatal(err)
			}
			create(t, a, cloud.KMSAlias, cloud.Props{"name": "alias/taken", "targetKeyId": key.Props.Str("arn")})
			if target, ok := map[string]string{"KEY": key.ID, "GONE": gone.ID}[tc.props.Str("targetKeyId")]; ok {
				tc.props["targetKeyId"] = target
			}
			_, err := a.Create(session, tc.kind, "second", tc.props)
			wantCode(t, err, tc.want)
		})
	}
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		props    cloud.Props
		property string
	}{
		"window of 6 days":          {cloud.Props{"deletionWindowInDays": 6.0}, "deletionWindowInDays"},
		"window of 31 days":         {cloud.Props{"deletionWindowInDays": 31.0}, "deletionWindowInDays"},
		"rotation after 89 days":    {cloud.Props{"rotationPeriodInDays": 89.0, "enableKeyRotation": true}, "rotationPeriodInDays"},
		"rotation after 2561 days":  {cloud.Props{"rotationPeriodInDays": 2561.0, "enableKeyRotation": true}, "rotationPeriodInDays"},
		"description of 8193 bytes": {cloud.Props{"description": strings.Repeat("a", 8193)}, "description"},
		"unknown kind of key":       {cloud.Props{"customerMasterKeySpec": "AES"}, "customerMasterKeySpec"},
		"unknown use":               {cloud.Props{"keyUsage": "ENCRYPT"}, "keyUsage"},
		"external key by itself":    {cloud.Props{"xksKeyId": "elsewhere"}, "xksKeyId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems, err := open(t).Check(cloud.KMSKey, tc.props)
			if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
				t.Errorf("got %v, %v, want one problem of %s", problems, err, tc.property)
			}
		})
	}
	problems, err := open(t).Check(cloud.KMSAlias, cloud.Props{"name": "data", "targetKeyId": "k"})
	if err != nil || len(problems) != 1 || problems[0].Property != "name" {
		t.Errorf("alias without its prefix: got %v, %v, want one problem of name", problems, err)
	}
}

func TestDeletedKeyIsGoneForPulumiAndThereForAWS(t *testing.T) {
	t.Parallel()
	a := open(t)
	k := create(t, a, cloud.KMSKey, cloud.Props{"deletionWindowInDays": 7.0})
	if err := a.Delete(session, cloud.KMSKey, k.ID); err != nil {
		t.Fatal(err)
	}
	if r, err := a.Read(session, cloud.KMSKey, k.ID); err != nil || r != nil {
		t.Errorf("a read finds %v, %v", r, err)
	}
	if _, err := a.Update(session, cloud.KMSKey, k.ID, cloud.Props{}); err == nil {
		t.Error("an update of a deleted key went through")
	}
	if err := a.Delete(session, cloud.KMSKey, k.ID); err != nil {
		t.Errorf("deleting again: %v", err)
	}
	left := a.Resources()
	if len(left) != 1 || left[0].Scheduled == "" {
		t.Fatalf("left is %v, want the scheduled key", left)
	}
}

func TestKeyUpdates(t *testing.T) {
	t.Parallel()
	a := open(t)
	on := create(t, a, cloud.KMSKey, cloud.Props{})
	off := create(t, a, cloud.KMSKey, cloud.Props{"isEnabled": false})
	_, err := a.Update(session, cloud.KMSKey, on.ID, cloud.Props{"policy": document(`{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*"}`)})
	wantCode(t, err, "MalformedPolicyDocumentException")
	_, err = a.Update(session, cloud.KMSKey, off.ID, cloud.Props{"isEnabled": false, "description": "new"})
	wantCode(t, err, "DisabledException")
	k, err := a.Update(session, cloud.KMSKey, off.ID, cloud.Props{"isEnabled": true, "enableKeyRotation": true})
	if err != nil || k.Props.Int("rotationPeriodInDays") != 365 {
		t.Errorf("got %v, %v", k, err)
	}
}

func TestUsable(t *testing.T) {
	t.Parallel()
	a := open(t)
	key := create(t, a, cloud.KMSKey, cloud.Props{})
	off := create(t, a, cloud.KMSKey, cloud.Props{"isEnabled": false})
	gone := create(t, a, cloud.KMSKey, cloud.Props{"description": "gone"})
	alias := create(t, a, cloud.KMSAlias, cloud.Props{"name": "alias/data", "targetKeyId": key.ID})
	if err := a.Delete(session, cloud.KMSKey, gone.ID); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		key.ID: "", key.Props.Str("arn"): "", "alias/data": "", alias.Props.Str("arn"): "", "alias/aws/ebs": "",
		off.Props.Str("arn"): "DisabledException", gone.Props.Str("arn"): "KMSInvalidStateException", "alias/no": "NotFoundException",
		"arn:aws:kms:us-west-2:123456789012:key/0000":                      "NotFoundException",
		strings.Replace(key.Props.Str("arn"), "us-west-2", "us-east-1", 1): "NotFoundException",
	}
	for name, want := range tests {
		err := a.Change(session, "use", func(tx *cloud.Tx) error { return kms.Usable(tx, name) })
		if want == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if want != "" {
			wantCode(t, err, want)
		}
	}
}

func TestAllowsService(t *testing.T) {
	t.Parallel()
	const logs = "logs.us-west-2.amazonaws.com"
	grant := func(actions, condition string) string {
		return document(rootStatement, `{"Effect":"Allow","Principal":{"Service":"`+logs+`"},"Action":`+actions+`,"Resource":"*"`+condition+`}`)
	}
	all := `["kms:Encrypt*","kms:Decrypt*","kms:ReEncrypt*","kms:GenerateDataKey*","kms:Describe*"]`
	scoped := func(arn string) string {
		return `,"Condition":{"ArnLike":{"kms:EncryptionContext:aws:logs:arn":"` + arn + `"}}`
	}
	tests := map[string]struct {
		policy string
		want   bool
	}{
		"root alone":              {document(rootStatement), false},
		"every action":            {grant(all, ""), true},
		"no data keys":            {grant(`["kms:Encrypt","kms:Decrypt","kms:DescribeKey"]`, ""), false},
		"scoped to the group":     {grant(all, scoped("arn:aws:logs:us-west-2:123456789012:log-group:/a/*")), true},
		"scoped to another group": {grant(all, scoped("arn:aws:logs:us-west-2:123456789012:log-group:/b/*")), false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			k := create(t, a, cloud.KMSKey, cloud.Props{"policy": tc.policy})
			err := a.Change(session, "look", func(tx *cloud.Tx) error {
				context := map[string]string{"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-west-2:123456789012:log-group:/a/b"}
				if got := kms.AllowsServiceFor(tx, k.Props.Str("arn"), logs, context); got != tc.want {
					t.Errorf("got %t, want %t", got, tc.want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAliasTargetByIDOrARNIsTheSame(t *testing.T) {
	t.Parallel()
	a := open(t)
	k := create(t, a, cloud.KMSKey, cloud.Props{})
	inputs := cloud.Props{"name": "alias/x", "targetKeyId": k.Props.Str("arn")}
	alias := create(t, a, cloud.KMSAlias, inputs)
	if alias.Props.Str("targetKeyId") != k.ID || alias.Props.Str("targetKeyArn") != k.Props.Str("arn") {
		t.Errorf("got %v", alias.Props)
	}
	if changes, err := a.Diff(session, cloud.KMSAlias, inputs, alias.Props, inputs); err != nil || len(changes) != 0 {
		t.Errorf("got %v, %v, want no change", changes, err)
	}
}
