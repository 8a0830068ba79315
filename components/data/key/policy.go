package key

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/partition"
)

// User is one that uses the key. It has one of Principals, Through and Service,
// or Principals and Through.
type User struct {
	// Name says who it is, in letters and digits; each once. Required.
	Name string

	// Principals are ARNs of roles of this account. Whoever loses its role loses
	// the key too.
	Principals []pulumi.StringInput

	// Through are services, such as "rds" or "s3", and the use of the key is by
	// way of them alone: nobody calls KMS itself. Without Principals it is
	// everybody of the account whom the service lets, as with AWS's own keys.
	Through []string

	// Service is an AWS service that uses the key in its own name, such as
	// "delivery.logs" or "cloudwatch", on behalf of this account.
	Service string
}

// use is what encrypting and reading need.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-users-crypto
var use = []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}

// principals are those of all users, one after the other.
func (a Args) principals() []pulumi.StringInput {
	var all []pulumi.StringInput
	for _, u := range a.Users {
		all = append(all, u.Principals...)
	}
	return all
}

func (a Args) policyJSON(principals []string) (string, error) {
	return a.policy(principals).JSON()
}

// policy is the key's. The resource is always "*", which in a key policy is the
// key itself.
func (a Args) policy(principals []string) iampolicy.Document {
	d := iampolicy.Document{iampolicy.KeyAdministration(partition.Of(a.Region), a.AccountID)}
	for _, u := range a.Users {
		own := principals[:len(u.Principals)]
		principals = principals[len(u.Principals):]
		d = append(d, a.statements(u, own)...)
	}
	return d
}

func (a Args) statements(u User, principals []string) iampolicy.Document {
	s := iampolicy.Statement{
		Sid: u.Name, Effect: "Allow", Principal: &iampolicy.Principal{AWS: principals},
		Action: use, Resource: []string{"*"}, Condition: iampolicy.Conditions{},
	}
	switch {
	case u.Service != "":
		s.Principal = &iampolicy.Principal{Service: []string{u.Service + ".amazonaws.com"}}
		s.Condition["StringEquals"] = map[string][]string{"aws:SourceAccount": {a.AccountID}}
		return iampolicy.Document{s}
	case len(u.Through) == 0:
		return iampolicy.Document{s}
	}
	if len(principals) == 0 {
		s.Principal = &iampolicy.Principal{AWS: []string{"*"}}
	}
	through := map[string][]string{"kms:CallerAccount": {a.AccountID}}
	for _, service := range u.Through {
		through["kms:ViaService"] = append(through["kms:ViaService"], service+"."+a.Region+"."+partition.DNSSuffix(a.Region))
	}
	s.Condition["StringEquals"] = through
	// A database, a volume or a recovery point is used long after the call that
	// made it: the service then has a grant.
	grants := s
	grants.Sid, grants.Action = u.Name+"Grants", []string{"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"}
	grants.Condition = iampolicy.Conditions{"StringEquals": through, "Bool": {"kms:GrantIsForAWSResource": {"true"}}}
	return iampolicy.Document{s, grants}
}
