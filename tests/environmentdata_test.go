package tests

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/reach"
	traffic "github.com/slipway-iac/slipway/reach/flow"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/alarms"
	"github.com/slipway-iac/slipway/sandbox/cloud/backup"
	"github.com/slipway-iac/slipway/sandbox/cloud/rds"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
	"github.com/slipway-iac/slipway/sandbox/cloud/secretsmanager"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/stacks/platform"
)

// ask asks the account of a session.
func ask(t *testing.T, s *engine.Session, c platform.Environment, question func(*cloud.Tx)) {
	t.Helper()
	if err := s.Account.Change(cloud.Session{Region: c.Region}, "ask", func(tx *cloud.Tx) error {
		question(tx)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// assertNoSecrets searches everything that Pulumi has written, what the stack
// exports and what was printed for the values of the account's secrets, of which
// the database has one. Nothing in the state is encrypted either: what is not
// there needs no passphrase.
func assertNoSecrets(t *testing.T, s *engine.Session, c platform.Environment, dir, printed string) {
	t.Helper()
	var values []string
	ask(t, s, c, func(tx *cloud.Tx) { values = secretsmanager.Values(tx) })
	if len(values) == 0 {
		t.Error("the account has no secret: the database has a password of its own")
	}
	search := func(where, text string) {
		for _, v := range values {
			if strings.Contains(text, v) {
				t.Errorf("a secret's value is in %s", where)
			}
		}
	}
	search("what was printed", printed)
	outputs, err := s.Stack.Outputs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range outputs {
		search("output "+name, toText(t, v.Value))
		if v.Secret {
			t.Errorf("output %s is a secret", name)
		}
	}
	state, err := s.Stack.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	search("the state", string(state.Deployment))
	// How Pulumi marks what it encrypts.
	const encrypted = "1b47061264138c4ac30d75fd1eb44270"
	if strings.Contains(string(state.Deployment), encrypted) {
		t.Error("something in the state is a secret")
	}
	files := 0
	err = filepath.WalkDir(filepath.Join(dir, "state"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		search(path, string(text))
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files of state, %v", files, err)
	}
}

// toText is a value as text.
func toText(t *testing.T, v any) string {
	t.Helper()
	if s, ok := v.(string); ok {
		return s
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// assertBucketsRefuse asks the policy of every bucket what becomes of a request
// of the account's own administrator, and of others.
func assertBucketsRefuse(t *testing.T, resources []stateResource) {
	t.Helper()
	const self, other = "arn:aws:iam::123456789012:role/app", "arn:aws:iam::210987654321:role/app"
	const algorithm, keyID = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
	key := ""
	for _, r := range resources {
		if r.Type == cloud.KMSKey && r.name() == "data" {
			key = r.Outputs["arn"].(string)
		}
	}
	seen := 0
	for _, r := range resources {
		if r.Type != cloud.BucketPolicy {
			continue
		}
		seen++
		logs := r.name() == "logs"
		kms := func(id string) map[string]string { return map[string]string{algorithm: "aws:kms", keyID: id} }
		refusedUnlessLogs := s3.Denied
		if logs {
			refusedUnlessLogs = s3.Silent // Its encryption is S3's own.
		}
		for name, tc := range map[string]struct {
			kind, who, action string
			context           map[string]string
			want              s3.Decision
		}{
			"plain HTTP":                  {"AWS", self, "s3:GetObject", map[string]string{"aws:SecureTransport": "false"}, s3.Denied},
			"a listing over plain HTTP":   {"AWS", self, "s3:ListBucket", map[string]string{"aws:SecureTransport": "false"}, s3.Denied},
			"TLS 1.1":                     {"AWS", self, "s3:GetObject", map[string]string{"s3:TlsVersion": "1.1"}, s3.Denied},
			"TLS 1.3":                     {"AWS", self, "s3:GetObject", nil, s3.Silent},
			"another account":             {"AWS", other, "s3:GetObject", nil, s3.Silent},
			"an upload as the bucket has": {"AWS", self, "s3:PutObject", nil, s3.Silent},
			"an upload with its key":      {"AWS", self, "s3:PutObject", kms(key), s3.Silent},
			"an upload with another key":  {"AWS", self, "s3:PutObject", kms("arn:aws:kms:us-west-2:210987654321:key/other"), refusedUnlessLogs},
			"an upload with no key":       {"AWS", self, "s3:PutObject", map[string]string{algorithm: "aws:kms"}, refusedUnlessLogs},
			"an upload without KMS":       {"AWS", self, "s3:PutObject", map[string]string{algorithm: "AES256"}, refusedUnlessLogs},
		} {
			context := map[string]string{"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
			for k, v := range tc.context {
				context[k] = v
			}
			resource := "arn:aws:s3:::" + r.ID
			if tc.action != "s3:ListBucket" {
				resource += "/file"
			}
			got, err := s3.Decide(toText(t, r.Outputs["policy"]), s3.Request{Kind: tc.kind, Principal: tc.who, Action: tc.action, Resource: resource, Context: context})
			if err != nil || got != tc.want {
				t.Errorf("bucket %s: %s is %s, %v; want %s", r.name(), name, got, err, tc.want)
			}
		}
	}
	if seen != 3 {
		t.Errorf("%d buckets have a policy, want three", seen)
	}
}

// assertDataIsHeard holds that alarms and events reach their topic, and backups
// their vault: AWS takes what does not, and says nothing.
func assertDataIsHeard(t *testing.T, s *engine.Session, c platform.Environment) {
	t.Helper()
	ask(t, s, c, func(tx *cloud.Tx) {
		for _, reason := range slices.Concat(alarms.Unheard(tx), rds.Unheard(tx), backup.Unkept(tx)) {
			t.Error(reason)
		}
		if n := tx.Count(cloud.MetricAlarm); (n > 0) != c.Database.Alarms {
			t.Errorf("there are %d alarms, and database.alarms is %v", n, c.Database.Alarms)
		}
	})
}

var postgresPort = traffic.Port(traffic.TCP, 5432)

// aroundDatabase is who must not get to the database, by any port.
func aroundDatabase() []reach.Assertion {
	database := reach.InRole(reach.RoleData)
	var out []reach.Assertion
	for _, from := range []reach.Endpoint{
		reach.Internet, reach.InRole(reach.RoleNodes), reach.InRole(reach.RoleControlPlane), reach.Public, reach.InTier(reach.TierPublic),
	} {
		out = append(out, reach.MustNot(from, database, traffic.All()))
	}
	return append(out, reach.MustNot(database, reach.Internet, traffic.All()))
}

// assertNobodyMustReachTheDatabase holds a preview to it, where the group of pods is
// not known yet: it may be anybody's, but nothing is certain to be open, no other
// port may be, and the internet has no way in any case.
func assertNobodyMustReachTheDatabase(t *testing.T, n *reach.Network) {
	t.Helper()
	for _, f := range n.Check(aroundDatabase()...) {
		if f.Certain || strings.Contains(f.Assertion, "internet") || !strings.Contains(f.Why, "at most tcp 5432") {
			t.Errorf("in a preview: %v", f)
		}
	}
}

// assertOnlyPodsReachTheDatabase holds that, and that pods do get to its port and
// to no other. Where network policies close namespaces, some pods are enough.
func assertOnlyPodsReachTheDatabase(t *testing.T, n *reach.Network) {
	t.Helper()
	if err := reach.Err(n.Check(aroundDatabase()...)); err != nil {
		t.Error(err)
	}
	r, err := n.From(reach.InRole(reach.RolePods)).Over(traffic.All()).To(reach.InRole(reach.RoleData))
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, p := range r.Pairs {
		if p.All.Contains(postgresPort) {
			open++
		}
		if !postgresPort.Contains(p.May) {
			t.Errorf("more than its port is open:\n%s", p.Text(traffic.All()))
		}
	}
	if open == 0 {
		t.Error("no pod reaches the database's port")
	}
}
