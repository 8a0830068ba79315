package iam_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

func TestWhatARoleMayDo(t *testing.T) {
	t.Parallel()
	a := open(t)
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ecr:BatchGetImage","Resource":"*"}]}`
	create(t, a, cloud.IAMRole, role("node", cloud.Props{
		"managedPolicyArns": cloud.Strings("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"),
		"inlinePolicies":    []any{map[string]any{"name": "deny", "policy": deny}},
	}))
	err := a.Change(session, "look", func(tx *cloud.Tx) error {
		r := iam.RoleByARN(tx, "arn:aws:iam::123456789012:role/node")
		got := iam.Missing(tx, r, append([]string{"ecr:GetAuthorizationToken", "ecr:BatchGetImage", "eks:DescribeCluster"}, iam.CNIActions...)...)
		if diff := cmp.Diff([]string{"ecr:BatchGetImage", "eks:DescribeCluster"}, got); diff != "" {
			t.Error(diff)
		}
		if !iam.HasPolicy(tx, r, "AmazonEKS_CNI_Policy") || iam.HasPolicy(tx, r, "AmazonEKSWorkerNodePolicy") {
			t.Error("HasPolicy does not tell the attached policy from another")
		}
		if !iam.Trusts(r, "ec2.amazonaws.com") || iam.Trusts(r, "eks.amazonaws.com") || iam.Trusts(r, "ec2.amazonaws.com", "sts:AssumeRole", "sts:TagSession") {
			t.Error("Trusts does not follow the trust policy")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTrustsWebIdentity(t *testing.T) {
	t.Parallel()
	const provider = "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A"
	document := func(sub string) string {
		b, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Principal": map[string]any{"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
			"Condition": map[string]any{"StringEquals": map[string]any{"oidc.example/id/A:sub": sub, "oidc.example/id/A:aud": "sts.amazonaws.com"}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for subject, want := range map[string]bool{"system:serviceaccount:kube-system:aws-node": true, "system:serviceaccount:default:aws-node": false} {
		r := &cloud.Resource{Props: cloud.Props{"assumeRolePolicy": document(subject)}}
		if got := iam.TrustsWebIdentity(r, provider, "oidc.example/id/A", "system:serviceaccount:kube-system:aws-node"); got != want {
			t.Errorf("a trust in %s: got %t, want %t", subject, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pattern, text string
		want          bool
	}{
		"equal":         {"ec2:RunInstances", "ec2:RunInstances", true},
		"star inside":   {"ec2:*Instances", "ec2:RunInstances", true},
		"star at end":   {"kms:GenerateDataKey*", "kms:GenerateDataKey", true},
		"question mark": {"a?c", "abc", true},
		"too short":     {"a?c", "ac", false},
		"prefix only":   {"ec2:Run", "ec2:RunInstances", false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := iam.Match(tc.pattern, tc.text); got != tc.want {
				t.Errorf("Match(%q, %q) = %t", tc.pattern, tc.text, got)
			}
		})
	}
}

// A pattern matches what the regular expression of the same meaning matches.
func TestMatchIsAsExpressionsAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,6}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[abc]{0,6}`).Draw(t, "text")
		expression := regexp.MustCompile("^" + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + "$")
		if got, want := iam.Match(pattern, text), expression.MatchString(text); got != want {
			t.Fatalf("Match(%q, %q) = %t, want %t", pattern, text, got, want)
		}
	})
}
