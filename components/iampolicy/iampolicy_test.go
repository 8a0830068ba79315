package iampolicy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/components/iampolicy"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		document iampolicy.Document
		want     string
	}{
		"allow": {
			iampolicy.Document{iampolicy.Allow("Read", []string{"s3:GetObject"}, []string{"arn:aws-test:s3:::b/*"})},
			`{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws-test:s3:::b/*"]}]}`,
		},
		"trust": {
			iampolicy.TrustService("ec2.amazonaws.com"),
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}`,
		},
		"key": {
			iampolicy.Document{iampolicy.KeyAdministration("aws-test", "123456789012")},
			`{"Version":"2012-10-17","Statement":[{"Sid":"Administration","Effect":"Allow","Principal":{"AWS":["arn:aws-test:iam::123456789012:root"]},"Action":["kms:*"],"Resource":["*"]}]}`,
		},
		"conditions": {
			iampolicy.Document{{Effect: "Deny", Action: []string{"a:b"}, Condition: iampolicy.Conditions{
				"StringEquals": {"z": {"1"}, "a": {"2", "3"}}, "Bool": {"k": {"true"}},
			}}},
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["a:b"],"Condition":{"Bool":{"k":["true"]},"StringEquals":{"a":["2","3"],"z":["1"]}}}]}`,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.document.JSON()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is rendered says what the document says, in the same bytes each time,
// and never more than IAM takes.
func TestRendering(t *testing.T) {
	t.Parallel()
	words := rapid.SliceOfN(rapid.StringMatching(`[a-z0-9:*/<>&é-]{1,300}`), 0, 5)
	statement := rapid.Custom(func(t *rapid.T) iampolicy.Statement {
		s := iampolicy.Allow(rapid.StringMatching(`[A-Za-z0-9]{0,5}`).Draw(t, "sid"), words.Draw(t, "actions"), words.Draw(t, "resources"))
		if rapid.Bool().Draw(t, "has conditions") {
			s.Condition = iampolicy.Conditions{"StringLike": rapid.MapOfN(rapid.StringMatching(`[a-z]{1,4}`), words, 1, 4).Draw(t, "conditions")}
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		document := iampolicy.Document(rapid.SliceOfN(statement, 1, 5).Draw(t, "document"))
		got, err := document.JSON()
		if err != nil {
			if !strings.Contains(err.Error(), "IAM allows 6144") {
				t.Fatal(err)
			}
			return
		}
		if again, err := document.JSON(); err != nil || again != got {
			t.Fatalf("%s, and again %s, %v", got, again, err)
		}
		var read struct{ Statement iampolicy.Document }
		if err := json.Unmarshal([]byte(got), &read); err != nil || len(got) > iampolicy.MaxManagedPolicy {
			t.Fatalf("%d characters, %v", len(got), err)
		}
		if again, err := read.Statement.JSON(); err != nil || again != got {
			t.Fatalf("%s is read as %s, %v", got, again, err)
		}
	})
}

func TestRefusedDocuments(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		document iampolicy.Document
		want     string
	}{
		"empty": {nil, "no statement"},
		"long":  {iampolicy.Document{iampolicy.Allow("", []string{strings.Repeat("a", iampolicy.MaxManagedPolicy)}, nil)}, "split it"},
	} {
		if got, err := tc.document.JSON(); err == nil || got != "" || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestStatementsOfResources(t *testing.T) {
	t.Parallel()
	topic := []string{"arn:aws:sns:us-west-2:123456789012:t"}
	got, err := iampolicy.Document{
		iampolicy.AllowService("Alarms", "cloudwatch.amazonaws.com", []string{"sns:Publish"}, topic,
			iampolicy.Conditions{"StringEquals": {"aws:SourceAccount": {"123456789012"}}}),
		iampolicy.DenyPlainHTTP([]string{"sns:*"}, topic),
	}.JSON()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"Alarms","Effect":"Allow","Principal":{"Service":["cloudwatch.amazonaws.com"]},"Action":["sns:Publish"],` +
		`"Resource":["arn:aws:sns:us-west-2:123456789012:t"],"Condition":{"StringEquals":{"aws:SourceAccount":["123456789012"]}}},` +
		`{"Sid":"PlainHTTP","Effect":"Deny","Principal":{"AWS":["*"]},"Action":["sns:*"],` +
		`"Resource":["arn:aws:sns:us-west-2:123456789012:t"],"Condition":{"Bool":{"aws:SecureTransport":["false"]}}}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
