// Package iampolicy writes IAM policy documents from Go values. The same
// document always renders to the same bytes, so a policy never shows a change
// that is none.
//
// It follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
// as far as this library needs it.
package iampolicy

import (
	"encoding/json"
	"errors"
	"fmt"
)

// MaxManagedPolicy is the most characters that a managed policy may have; IAM
// does not count white space, and JSON returns none.
const MaxManagedPolicy = 6144

// Document is the statements of one policy.
type Document []Statement

// Statement is one statement of a policy. Fields that are empty are left out.
type Statement struct {
	Sid       string     `json:",omitempty"`
	Effect    string     `json:",omitempty"`
	Principal *Principal `json:",omitempty"`
	Action    []string   `json:",omitempty"`
	Resource  []string   `json:",omitempty"`
	Condition Conditions `json:",omitempty"`
}

// Principal says who a resource policy or a trust policy speaks of.
type Principal struct {
	AWS       []string `json:",omitempty"`
	Service   []string `json:",omitempty"`
	Federated []string `json:",omitempty"`
}

// Conditions maps an operator ("StringEquals") to keys and their values.
type Conditions map[string]map[string][]string

// Allow is a statement that allows actions on resources.
func Allow(sid string, actions, resources []string) Statement {
	return Statement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources}
}

// AllowService is a statement of a resource's policy that lets a service, such as
// events.amazonaws.com, do actions on resources. The conditions say for whom the
// service may act; without any, for every account.
func AllowService(sid, service string, actions, resources []string, when Conditions) Statement {
	s := Allow(sid, actions, resources)
	s.Principal, s.Condition = &Principal{Service: []string{service}}, when
	return s
}

// DenyAll is a statement of a resource's policy that denies actions on resources to
// everybody.
func DenyAll(sid string, actions, resources []string, when Conditions) Statement {
	return Statement{
		Sid: sid, Effect: "Deny", Principal: &Principal{AWS: []string{"*"}}, Action: actions, Resource: resources, Condition: when,
	}
}

// DenyPlainHTTP is a statement of a resource's policy that denies actions on
// resources to whoever does without TLS.
func DenyPlainHTTP(actions, resources []string) Statement {
	return DenyAll("PlainHTTP", actions, resources, Conditions{"Bool": {"aws:SecureTransport": {"false"}}})
}

// TrustService is the trust policy of a role that AWS services assume.
func TrustService(services ...string) Document {
	return Document{{Effect: "Allow", Principal: &Principal{Service: services}, Action: []string{"sts:AssumeRole"}}}
}

// JSON renders the document without white space. It fails when the document has
// no statement, which IAM refuses, and when it is longer than any managed policy
// may be.
func (d Document) JSON() (string, error) {
	if len(d) == 0 {
		return "", errors.New("policy has no statement: write what it allows, or leave the policy out")
	}
	b, err := json.Marshal(struct {
		Version   string
		Statement Document
	}{"2012-10-17", d})
	if err != nil {
		return "", err
	}
	if len(b) > MaxManagedPolicy {
		return "", fmt.Errorf("policy has %d characters, IAM allows %d: split it", len(b), MaxManagedPolicy)
	}
	return string(b), nil
}

// KeyAdministration is the statement of a KMS key policy that leaves it to the
// account's IAM policies who may do what with the key. KMS refuses a policy
// under which nobody could change the key any more. The partition is that of
// the key's region. See
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
func KeyAdministration(partition, account string) Statement {
	return Statement{
		Sid:       "Administration",
		Effect:    "Allow",
		Principal: &Principal{AWS: []string{"arn:" + partition + ":iam::" + account + ":root"}},
		Action:    []string{"kms:*"},
		Resource:  []string{"*"},
	}
}
