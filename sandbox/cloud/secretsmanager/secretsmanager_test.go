package secretsmanager_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/secretsmanager"
)

var session = cloud.Session{Region: "us-west-2"}

func open(t *testing.T) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service(), kms.Service(), secretsmanager.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func create(t *testing.T, a *cloud.Account, kind string, p cloud.Props) *cloud.Resource {
	t.Helper()
	r, err := a.Create(session, kind, "urn", p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNameStaysTakenWhileTheDeletionWaits(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, days := range []float64{0, 7} {
		p := cloud.Props{"name": "app", "recoveryWindowInDays": days}
		s := create(t, a, cloud.Secret, p)
		if !strings.HasPrefix(s.ID, "arn:aws:secretsmanager:us-west-2:123456789012:secret:app-") || len(s.ID) != len("arn:aws:secretsmanager:us-west-2:123456789012:secret:app-012345") {
			t.Errorf("ID is %s", s.ID)
		}
		_, err := a.Create(session, cloud.Secret, "again", p)
		cloudtest.WantRule(t, err, "secret-exists")
		create(t, a, cloud.SecretVersion, cloud.Props{"secretId": s.ID, "secretString": "v"})
		cloudtest.WantRule(t, a.Delete(session, cloud.Secret, s.ID), "")
	}
	_, err := a.Create(session, cloud.Secret, "again", cloud.Props{"name": "app"})
	cloudtest.WantRule(t, err, "secret-scheduled-for-deletion")
	left := a.Resources()
	if len(left) != 1 || left[0].Scheduled == "" {
		t.Fatalf("left: %v", left)
	}
	_, err = a.Create(session, cloud.SecretVersion, "v", cloud.Props{"secretId": left[0].ID, "secretString": "v"})
	cloudtest.WantRule(t, err, "secret-scheduled-for-deletion")
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	a := open(t)
	off := create(t, a, cloud.KMSKey, cloud.Props{"isEnabled": false})
	for name, tc := range map[string]struct {
		props cloud.Props
		want  string
	}{
		"plain":        {cloud.Props{"namePrefix": "app-"}, ""},
		"key":          {cloud.Props{"name": "a", "kmsKeyId": "alias/aws/secretsmanager"}, ""},
		"disabled key": {cloud.Props{"name": "b", "kmsKeyId": off.ID}, "secret-key"},
		"long":         {cloud.Props{"name": strings.Repeat("a", 513)}, "secret-name"},
		"policy":       {cloud.Props{"name": "c", "policy": "{}"}, "secret-policy-malformed"},
	} {
		_, err := a.Create(session, cloud.Secret, name, tc.props)
		if tc.want == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		} else if tc.want != "" {
			cloudtest.WantRule(t, err, tc.want)
		}
	}
	for _, days := range []float64{1, 6, 31} {
		problems, err := a.Check(cloud.Secret, cloud.Props{"name": "a", "recoveryWindowInDays": days})
		if err != nil || len(problems) != 1 || problems[0].Property != "recoveryWindowInDays" {
			t.Errorf("%v days: got %v, %v", days, problems, err)
		}
	}
	s := create(t, a, cloud.Secret, cloud.Props{"name": "d"})
	_, err := a.Update(session, cloud.Secret, s.ID, cloud.Props{"name": "d", "kmsKeyId": off.ID})
	cloudtest.WantRule(t, err, "secret-key")
}

func TestVersions(t *testing.T) {
	t.Parallel()
	a := open(t)
	s := create(t, a, cloud.Secret, cloud.Props{"name": "app"})
	first := create(t, a, cloud.SecretVersion, cloud.Props{"secretId": "app", "secretString": strings.Repeat("v", 65536)})
	second := create(t, a, cloud.SecretVersion, cloud.Props{"secretId": s.ID, "secretBinary": "aGVsbG8="})
	for _, tc := range []struct {
		r    *cloud.Resource
		want []any
	}{{first, nil}, {second, cloud.Strings("AWSCURRENT")}} {
		r, err := a.Read(session, cloud.SecretVersion, tc.r.ID)
		if err != nil || r == nil || !cloud.Equal(r.Props["versionStages"], tc.want) || r.Props.Str("arn") != s.ID {
			t.Errorf("got %v, %v, want the labels %v", r, err, tc.want)
		}
	}
	_, err := a.Create(session, cloud.SecretVersion, "long", cloud.Props{"secretId": s.ID, "secretString": strings.Repeat("v", 65537)})
	cloudtest.WantRule(t, err, "secret-value-too-long")
	_, err = a.Create(session, cloud.SecretVersion, "no", cloud.Props{"secretId": "no", "secretString": "v"})
	cloudtest.WantRule(t, err, "secret-missing")
	problems, err := a.Check(cloud.SecretVersion, cloud.Props{"secretId": "app", "secretString": "v", "secretBinary": "v"})
	if err != nil || len(problems) != 1 {
		t.Errorf("two values: got %v, %v", problems, err)
	}
}

func TestPoliciesAndRotation(t *testing.T) {
	t.Parallel()
	a := open(t)
	s := create(t, a, cloud.Secret, cloud.Props{"name": "app"})
	policy := func(principal, more string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":"secretsmanager:GetSecretValue","Resource":"*"` + more + `}}`
	}
	const root = `{"AWS":"arn:aws:iam::123456789012:root"}`
	for name, tc := range map[string]struct {
		policy string
		block  bool
		want   string
	}{
		"own account":       {policy(root, ""), true, ""},
		"everybody":         {policy(`"*"`, ""), false, ""},
		"everybody blocked": {policy(`"*"`, ""), true, "secret-policy-public"},
		"unknown role":      {policy(`{"AWS":"arn:aws:iam::123456789012:role/no"}`, ""), true, "secret-policy-malformed"},
		"no principal":      {`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, true, "secret-policy-malformed"},
		"grammar":           {`{}`, true, "secret-policy-malformed"},
	} {
		p := cloud.Props{"secretArn": s.ID, "policy": tc.policy, "blockPublicPolicy": tc.block}
		_, err := a.Create(session, cloud.SecretPolicy, name, p)
		cloudtest.WantRule(t, err, tc.want)
	}
	rules := map[string]any{"automaticallyAfterDays": 30.0}
	for lambda, want := range map[string]string{
		"": "secret-rotation-without-lambda", "arn:aws:iam::123456789012:role/r": "secret-rotation-without-lambda",
		"arn:aws:lambda:us-west-2:123456789012:function:rotate": "",
	} {
		r, err := a.Create(session, cloud.SecretRotation, "r"+lambda, cloud.Props{"secretId": s.ID, "rotationLambdaArn": lambda, "rotationRules": rules})
		cloudtest.WantRule(t, err, want)
		if want == "" && !r.Props.Bool("rotationEnabled") {
			t.Error("rotation is off")
		}
	}
	both := cloud.Props{"secretId": s.ID, "rotationRules": map[string]any{"automaticallyAfterDays": 30.0, "scheduleExpression": "rate(10 days)"}}
	if problems, err := a.Check(cloud.SecretRotation, both); err != nil || len(problems) != 1 {
		t.Errorf("two schedules: got %v, %v", problems, err)
	}
}

func TestSecretOfAService(t *testing.T) {
	t.Parallel()
	a := open(t)
	var id string
	err := a.Change(session, "rds", func(tx *cloud.Tx) error {
		id = secretsmanager.Make(tx, "rds", "rds!db-1", "of a database", "").ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cloudtest.WantRule(t, a.Delete(session, cloud.Secret, id), "secret-of-a-service")
	_, err = a.Update(session, cloud.Secret, id, cloud.Props{"name": "app"})
	cloudtest.WantRule(t, err, "secret-of-a-service")
	_, err = a.Create(session, cloud.SecretVersion, "v", cloud.Props{"secretId": id, "secretString": "v"})
	cloudtest.WantRule(t, err, "secret-of-a-service")
	rotation := cloud.Props{"secretId": id, "rotationRules": map[string]any{"automaticallyAfterDays": 1.0}}
	create(t, a, cloud.SecretRotation, rotation)
	_, err = a.Update(session, cloud.SecretRotation, id, rotation.With(cloud.Props{"rotationLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:f"}))
	cloudtest.WantRule(t, err, "secret-of-a-service")
}
