package iam_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

var session = cloud.Session{Region: "us-west-2"}

const (
	trustEC2  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	readS3    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::b/*"}}`
	workerARN = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
)

func open(t *testing.T) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service()}})
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

func role(name string, more cloud.Props) cloud.Props {
	return cloud.Props{"name": name, "assumeRolePolicy": trustEC2}.With(more)
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	var refusal *cloud.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal with code %s", err, want)
	}
	if refusal.Code() != want {
		t.Errorf("got code %s (%v), want %s", refusal.Code(), err, want)
	}
}

func TestRoleOutputs(t *testing.T) {
	t.Parallel()
	r := create(t, open(t), cloud.IAMRole, role("node", cloud.Props{"path": "/eks/"}))
	if r.ID != "node" || r.Props.Str("arn") != "arn:aws:iam::123456789012:role/eks/node" {
		t.Errorf("got ID %q and ARN %q", r.ID, r.Props.Str("arn"))
	}
	if id := r.Props.Str("uniqueId"); !strings.HasPrefix(id, "AROA") || len(id) != 21 || strings.ToUpper(id) != id {
		t.Errorf("unique ID is %q", id)
	}
	if r.Props.Int("maxSessionDuration") != 3600 || r.Props.Str("createDate") == "" {
		t.Errorf("got %v", r.Props)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }
	trust := func(principal, action string) cloud.Props {
		return role("x", cloud.Props{"assumeRolePolicy": statement(`{"Effect":"Allow","Principal":` + principal + `,"Action":"` + action + `"}`)})
	}
	policy := func(s string) cloud.Props { return cloud.Props{"name": "x", "policy": statement(s)} }
	long := fmt.Sprintf(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s"}`, strings.Repeat("a", 6200))
	tests := map[string]struct {
		kind  string
		props cloud.Props
		want  string
	}{
		"two roles whose names differ in case": {cloud.IAMRole, role("NODE", nil), "EntityAlreadyExists"},
		"unknown boundary":                     {cloud.IAMRole, role("x", cloud.Props{"permissionsBoundary": "arn:aws:iam::123456789012:policy/no"}), "NoSuchEntity"},
		"unknown AWS policy":                   {cloud.IAMRole, role("x", cloud.Props{"managedPolicyArns": cloud.Strings("arn:aws:iam::aws:policy/AmazonEKSNodePolicy")}), "NoSuchEntity"},
		"AWS policy of another partition":      {cloud.IAMRole, role("x", cloud.Props{"managedPolicyArns": cloud.Strings("arn:aws-cn:iam::aws:policy/AmazonEKSWorkerNodePolicy")}), "NoSuchEntity"},
		"path without slashes":                 {cloud.IAMRole, role("x", cloud.Props{"path": "eks"}), "ValidationError"},
		"trust in an unknown role":             {cloud.IAMRole, trust(`{"AWS":"arn:aws:iam::123456789012:role/no"}`, "sts:AssumeRole"), "MalformedPolicyDocument"},
		"trust in half a service name":         {cloud.IAMRole, trust(`{"Service":"ec2"}`, "sts:AssumeRole"), "MalformedPolicyDocument"},
		"trust for another action":             {cloud.IAMRole, trust(`{"Service":"ec2.amazonaws.com"}`, "ec2:RunInstances"), "MalformedPolicyDocument"},
		"trust with an unknown field":          {cloud.IAMRole, role("x", cloud.Props{"assumeRolePolicy": `{"Version":"2012-10-17","Statements":[]}`}), "MalformedPolicyDocument"},
		"trust with a resource":                {cloud.IAMRole, role("x", cloud.Props{"assumeRolePolicy": statement(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}`)}), "MalformedPolicyDocument"},
		"trust longer than the quota":          {cloud.IAMRole, trust(`{"Federated":"`+strings.Repeat("a", 2048)+`"}`, "sts:AssumeRoleWithWebIdentity"), "LimitExceeded"},
		"policy with a principal":              {cloud.IAMPolicy, policy(`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`), "MalformedPolicyDocument"},
		"policy without a resource":            {cloud.IAMPolicy, policy(`{"Effect":"Allow","Action":"*"}`), "MalformedPolicyDocument"},
		"policy without an action":             {cloud.IAMPolicy, policy(`{"Effect":"Allow","Resource":"*"}`), "MalformedPolicyDocument"},
		"policy with half an action":           {cloud.IAMPolicy, policy(`{"Effect":"Allow","Action":"GetObject","Resource":"*"}`), "MalformedPolicyDocument"},
		"policy with a name as resource":       {cloud.IAMPolicy, policy(`{"Effect":"Allow","Action":"*","Resource":"bucket"}`), "MalformedPolicyDocument"},
		"policy for another partition":         {cloud.IAMPolicy, policy(`{"Effect":"Allow","Action":"*","Resource":"arn:aws-cn:s3:::b"}`), "MalformedPolicyDocument"},
		"policy with an odd Sid":               {cloud.IAMPolicy, policy(`{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}`), "MalformedPolicyDocument"},
		"policy with an unknown effect":        {cloud.IAMPolicy, policy(`{"Effect":"allow","Action":"*","Resource":"*"}`), "MalformedPolicyDocument"},
		"policy above 6144 characters":         {cloud.IAMPolicy, policy(long), "LimitExceeded"},
		"policy of a taken name":               {cloud.IAMPolicy, cloud.Props{"name": "Own", "policy": readS3}, "EntityAlreadyExists"},
		"attachment to an unknown role":        {cloud.IAMRolePolicyAttachment, cloud.Props{"role": "no", "policyArn": workerARN}, "NoSuchEntity"},
		"attachment to a role's ARN":           {cloud.IAMRolePolicyAttachment, cloud.Props{"role": "arn:aws:iam::123456789012:role/node", "policyArn": workerARN}, "ValidationError"},
		"attachment of an unknown policy":      {cloud.IAMRolePolicyAttachment, cloud.Props{"role": "node", "policyArn": "arn:aws:iam::aws:policy/No"}, "NoSuchEntity"},
		"inline policy of an unknown role":     {cloud.IAMRolePolicy, cloud.Props{"name": "x", "role": "no", "policy": readS3}, "NoSuchEntity"},
		"inline policies above the quota":      {cloud.IAMRolePolicy, cloud.Props{"name": "x", "role": "node", "policy": statement(strings.Replace(long, "aaaa", strings.Repeat("a", 5000), 1))}, "LimitExceeded"},
		"profile of an unknown role":           {cloud.IAMInstanceProfile, cloud.Props{"name": "x", "role": "no"}, "NoSuchEntity"},
		"profile of a taken name":              {cloud.IAMInstanceProfile, cloud.Props{"name": "NODE"}, "EntityAlreadyExists"},
		"second provider of an issuer":         {cloud.IAMOpenIDConnectProvider, cloud.Props{"url": "https://oidc.example/id/A/", "clientIdLists": cloud.Strings("sts.amazonaws.com")}, "EntityAlreadyExists"},
		"two statements of one Sid":            {cloud.IAMPolicy, policy(`{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"}`), "MalformedPolicyDocument"},
		"trust in nobody":                      {cloud.IAMRole, role("x", cloud.Props{"assumeRolePolicy": statement(`{"Effect":"Allow","Action":"sts:AssumeRole"}`)}), "MalformedPolicyDocument"},
		"provider with six thumbprints":        {cloud.IAMOpenIDConnectProvider, cloud.Props{"url": "https://oidc.example/id/B", "clientIdLists": cloud.Strings("a"), "thumbprintLists": cloud.Strings(strings.Split(strings.Repeat(strings.Repeat("a", 40)+",", 5)+strings.Repeat("b", 40), ",")...)}, "InvalidInput"},
		"provider with 101 clients":            {cloud.IAMOpenIDConnectProvider, cloud.Props{"url": "https://oidc.example/id/B", "clientIdLists": cloud.Strings(strings.Split(strings.Repeat("a,", 100)+"a", ",")...)}, "LimitExceeded"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			create(t, a, cloud.IAMRole, role("node", nil))
			create(t, a, cloud.IAMPolicy, cloud.Props{"name": "own", "policy": readS3})
			create(t, a, cloud.IAMInstanceProfile, cloud.Props{"name": "node", "role": "node"})
			create(t, a, cloud.IAMOpenIDConnectProvider, cloud.Props{"url": "https://oidc.example/id/A", "clientIdLists": cloud.Strings("sts.amazonaws.com")})
			before := len(a.Resources())
			_, err := a.Create(session, tc.kind, "second", tc.props)
			wantCode(t, err, tc.want)
			if got := len(a.Resources()); got != before {
				t.Errorf("a refused call left %d resources, want %d", got, before)
			}
		})
	}
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		kind     string
		props    cloud.Props
		property string
	}{
		"role name of 65 characters": {cloud.IAMRole, role(strings.Repeat("a", 65), nil), "name"},
		"role name with a space":     {cloud.IAMRole, role("a b", nil), "name"},
		"description of 1001":        {cloud.IAMRole, role("x", cloud.Props{"description": strings.Repeat("a", 1001)}), "description"},
		"session of 13 hours":        {cloud.IAMRole, role("x", cloud.Props{"maxSessionDuration": 46800.0}), "maxSessionDuration"},
		"session of half an hour":    {cloud.IAMRole, role("x", cloud.Props{"maxSessionDuration": 1800.0}), "maxSessionDuration"},
		"trust that is no JSON":      {cloud.IAMRole, cloud.Props{"assumeRolePolicy": "{"}, "assumeRolePolicy"},
		"short thumbprint":           {cloud.IAMOpenIDConnectProvider, cloud.Props{"url": "https://x", "clientIdLists": cloud.Strings("a"), "thumbprintLists": cloud.Strings("ab")}, "thumbprintLists[0]"},
		"boundary that is no ARN":    {cloud.IAMRole, role("x", cloud.Props{"permissionsBoundary": "limits"}), "permissionsBoundary"},
		"name and prefix":            {cloud.IAMRole, role("x", cloud.Props{"namePrefix": "y"}), "name"},
		"issuer without https":       {cloud.IAMOpenIDConnectProvider, cloud.Props{"url": "http://x", "clientIdLists": cloud.Strings("a")}, "url"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems, err := open(t).Check(tc.kind, tc.props)
			if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
				t.Errorf("got %v, %v, want one problem of %s", problems, err, tc.property)
			}
		})
	}
}

func TestDeleteConflicts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		role    cloud.Props
		kind    string
		props   cloud.Props
		refused bool
	}{
		"attached policy":            {nil, cloud.IAMRolePolicyAttachment, cloud.Props{"role": "node", "policyArn": workerARN}, true},
		"inline policy":              {nil, cloud.IAMRolePolicy, cloud.Props{"name": "x", "role": "node", "policy": readS3}, true},
		"instance profile":           {nil, cloud.IAMInstanceProfile, cloud.Props{"name": "x", "role": "node"}, true},
		"attached policy with force": {cloud.Props{"forceDetachPolicies": true}, cloud.IAMRolePolicyAttachment, cloud.Props{"role": "node", "policyArn": workerARN}, false},
		"the role's own policies": {
			cloud.Props{"managedPolicyArns": cloud.Strings(workerARN), "inlinePolicies": []any{map[string]any{"name": "i", "policy": readS3}}},
			cloud.IAMPolicy, cloud.Props{"name": "unrelated", "policy": readS3}, false,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			create(t, a, cloud.IAMRole, role("node", tc.role))
			dependent := create(t, a, tc.kind, tc.props)
			err := a.Delete(session, cloud.IAMRole, "node")
			if !tc.refused {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantCode(t, err, "DeleteConflict")
			if err := a.Delete(session, tc.kind, dependent.ID); err != nil {
				t.Fatal(err)
			}
			if err := a.Delete(session, cloud.IAMRole, "node"); err != nil {
				t.Fatal(err)
			}
			if left := a.Resources(); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestPolicyInUseStays(t *testing.T) {
	t.Parallel()
	a := open(t)
	create(t, a, cloud.IAMRole, role("node", nil))
	p := create(t, a, cloud.IAMPolicy, cloud.Props{"name": "own", "policy": readS3})
	create(t, a, cloud.IAMRolePolicyAttachment, cloud.Props{"role": "node", "policyArn": p.ID})
	wantCode(t, a.Delete(session, cloud.IAMPolicy, p.ID), "DeleteConflict")
	if r, err := a.Read(session, cloud.IAMPolicy, p.ID); err != nil || r.Props.Int("attachmentCount") != 1 {
		t.Errorf("got %v, %v, want one attachment", r, err)
	}
}

func TestRoleUpdateRefusals(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]cloud.Props{
		"NoSuchEntity":            {"permissionsBoundary": "arn:aws:iam::123456789012:policy/no"},
		"MalformedPolicyDocument": {"assumeRolePolicy": readS3},
	} {
		a := open(t)
		create(t, a, cloud.IAMRole, role("node", nil))
		_, err := a.Update(session, cloud.IAMRole, "node", role("node", p))
		wantCode(t, err, want)
	}
}

func TestUpdateReplacesTheRolesOwnPolicies(t *testing.T) {
	t.Parallel()
	a := open(t)
	create(t, a, cloud.IAMRole, role("node", cloud.Props{"managedPolicyArns": cloud.Strings(workerARN)}))
	pull := "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
	if _, err := a.Update(session, cloud.IAMRole, "node", role("node", cloud.Props{"managedPolicyArns": cloud.Strings(pull)})); err != nil {
		t.Fatal(err)
	}
	r, err := a.Read(session, cloud.IAMRole, "node")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{pull}, r.Props.Strs("managedPolicyArns")); diff != "" {
		t.Error(diff)
	}
}

// Attaching again for the same resource, because an answer was lost, is the
// same attachment under another ID; another resource's is another record.
func TestAttachingAgain(t *testing.T) {
	t.Parallel()
	a := open(t)
	create(t, a, cloud.IAMRole, role("node", nil))
	for _, urn := range []string{"one", "one", "two"} {
		if _, err := a.Create(session, cloud.IAMRolePolicyAttachment, urn, cloud.Props{"role": "node", "policyArn": workerARN}); err != nil {
			t.Fatal(err)
		}
	}
	made := map[string]int{}
	for _, r := range a.Resources() {
		made[r.MadeBy]++
	}
	if made["one"] != 1 || made["two"] != 1 {
		t.Errorf("got %v", made)
	}
}

func TestSecondAttachmentSeesTheDetachment(t *testing.T) {
	t.Parallel()
	a := open(t)
	create(t, a, cloud.IAMRole, role("node", nil))
	p := cloud.Props{"role": "node", "policyArn": workerARN}
	first, err := a.Create(session, cloud.IAMRolePolicyAttachment, "first", p)
	if err != nil {
		t.Fatal(err)
	}
	second, err := a.Create(session, cloud.IAMRolePolicyAttachment, "second", p)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Delete(session, cloud.IAMRolePolicyAttachment, first.ID); err != nil {
		t.Fatal(err)
	}
	if r, err := a.Read(session, cloud.IAMRolePolicyAttachment, second.ID); err != nil || r != nil {
		t.Errorf("got %v, %v: the policy is no longer attached, so the second attachment is gone too", r, err)
	}
}

func TestIssuerWithoutSchemeIsNoChange(t *testing.T) {
	t.Parallel()
	a := open(t)
	inputs := cloud.Props{"url": "https://oidc.example/id/A", "clientIdLists": cloud.Strings("sts.amazonaws.com")}
	r := create(t, a, cloud.IAMOpenIDConnectProvider, inputs)
	if r.Props.Str("url") != "oidc.example/id/A" || len(r.Props.Strs("thumbprintLists")) != 1 {
		t.Errorf("got %v", r.Props)
	}
	changes, err := a.Diff(session, cloud.IAMOpenIDConnectProvider, inputs, r.Props, inputs)
	if err != nil || len(changes) != 0 {
		t.Errorf("got %v, %v, want no change", changes, err)
	}
}
