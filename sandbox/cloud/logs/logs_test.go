package logs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
)

var session = cloud.Session{Region: "us-west-2"}

func open(t *testing.T) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service(), kms.Service(), logs.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	var refusal *cloud.Refusal
	if !errors.As(err, &refusal) || refusal.Code() != want {
		t.Fatalf("got %v, want a refusal with code %s", err, want)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	a := open(t)
	g, err := a.Create(session, cloud.LogGroup, "g", cloud.Props{"name": "/aws/eks/c/cluster"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := g.Props.Str("arn"), "arn:aws:logs:us-west-2:123456789012:log-group:/aws/eks/c/cluster"; g.ID != "/aws/eks/c/cluster" || got != want {
		t.Errorf("got ID %q and ARN %q, want %q", g.ID, got, want)
	}
	_, err = a.Create(session, cloud.LogGroup, "again", cloud.Props{"name": "/aws/eks/c/cluster"})
	wantCode(t, err, "ResourceAlreadyExistsException")
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		props    cloud.Props
		property string
	}{
		"odd name":      {cloud.Props{"name": "a b"}, "name"},
		"long name":     {cloud.Props{"name": strings.Repeat("a", 513)}, "name"},
		"odd retention": {cloud.Props{"retentionInDays": 8.0}, "retentionInDays"},
		"odd class":     {cloud.Props{"logGroupClass": "CHEAP"}, "logGroupClass"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems, err := open(t).Check(cloud.LogGroup, tc.props)
			if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
				t.Errorf("got %v, %v, want one problem of %s", problems, err, tc.property)
			}
		})
	}
}

func TestKeyMustAdmitTheService(t *testing.T) {
	t.Parallel()
	const grant = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"},
		{"Effect":"Allow","Principal":{"Service":"logs.us-west-2.amazonaws.com"},"Action":"kms:*","Resource":"*"}]}`
	tests := map[string]struct {
		key     cloud.Props
		deleted bool
		refused bool
	}{
		"service in the key's policy": {cloud.Props{"policy": grant}, false, false},
		"default policy":              {cloud.Props{}, false, true},
		"service of another region":   {cloud.Props{"policy": strings.ReplaceAll(grant, "us-west-2", "eu-west-1")}, false, true},
		"deleted key":                 {cloud.Props{"policy": grant}, true, true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			key, err := a.Create(session, cloud.KMSKey, "key", tc.key)
			if err != nil {
				t.Fatal(err)
			}
			if tc.deleted {
				if err := a.Delete(session, cloud.KMSKey, key.ID); err != nil {
					t.Fatal(err)
				}
			}
			with := cloud.Props{"name": "g", "kmsKeyId": key.Props.Str("arn")}
			_, err = a.Create(session, cloud.LogGroup, "g", with)
			if !tc.refused {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantCode(t, err, "InvalidParameterException")
			if _, err = a.Create(session, cloud.LogGroup, "g", cloud.Props{"name": "g"}); err != nil {
				t.Fatal(err)
			}
			_, err = a.Update(session, cloud.LogGroup, "g", with)
			wantCode(t, err, "InvalidParameterException")
		})
	}
}

func TestSkipDestroyLeavesTheGroup(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, skip := range []bool{true, false} {
		name := map[bool]string{true: "stays", false: "goes"}[skip]
		if _, err := a.Create(session, cloud.LogGroup, name, cloud.Props{"name": name, "skipDestroy": skip}); err != nil {
			t.Fatal(err)
		}
		if err := a.Delete(session, cloud.LogGroup, name); err != nil {
			t.Fatal(err)
		}
	}
	if left := a.Resources(); len(left) != 1 || left[0].ID != "stays" {
		t.Errorf("left: %v", left)
	}
}

func TestEnsureKeepsAGroupThatExists(t *testing.T) {
	t.Parallel()
	a := open(t)
	if _, err := a.Create(session, cloud.LogGroup, "g", cloud.Props{"name": "mine", "retentionInDays": 7.0}); err != nil {
		t.Fatal(err)
	}
	err := a.Change(session, "eks", func(tx *cloud.Tx) error {
		logs.Write(tx, "eks", "mine")
		logs.Write(tx, "eks", "made")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]struct {
		owner     string
		retention int
	}{"mine": {"", 7}, "made": {"eks", 0}} {
		r, err := a.Read(session, cloud.LogGroup, id)
		if err != nil || r == nil || r.Owner != want.owner || r.Props.Int("retentionInDays") != want.retention {
			t.Errorf("%s: got %v, %v, want %v", id, r, err, want)
		}
	}
}
