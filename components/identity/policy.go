package identity

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// podIdentity is the service that hands the role's credentials to pods.
const podIdentity = "pods.eks.amazonaws.com"

// Policy is one inline policy of a role.
type Policy struct {
	// Name tells the policies of a role apart and ends the logical name of its
	// resource. Required.
	Name string

	// Document writes the policy. It is called with the values of Inputs in
	// their order. Required.
	Document func(values []string) iampolicy.Document

	// Inputs are the values that the document needs and that come out of other
	// resources, such as the ARN of a queue. None is fine.
	Inputs []pulumi.StringInput
}

// Static is a policy that needs no value of another resource.
func Static(name string, document iampolicy.Document) Policy {
	return Policy{Name: name, Document: func([]string) iampolicy.Document { return document }}
}

// render writes the policy for known values.
func (p Policy) render(values []string) (string, error) {
	document, err := p.Document(values).JSON()
	if err != nil {
		return "", fmt.Errorf("policy %s: %w", p.Name, err)
	}
	return document, nil
}

// json is the policy's text, once its inputs are known.
func (p Policy) json() pulumi.StringOutput {
	return outputs.Strings(p.Inputs, p.render)
}

// trust is the role's trust policy.
func (a Args) trust() (pulumi.StringInput, error) {
	if a.OIDCProviderARN != nil {
		return outputs.String(a.OIDCProviderARN, a.trustWebIdentity), nil
	}
	if a.ClusterARN != nil {
		return outputs.String(a.ClusterARN, trustCluster), nil
	}
	document, err := trustPolicy(nil).JSON()
	return pulumi.String(document), err
}

// trustPolicy lets Pod Identity assume the role. TagSession is needed as well:
// the service always tags the session with the names of cluster, namespace,
// service account and pod.
func trustPolicy(conditions iampolicy.Conditions) iampolicy.Document {
	return iampolicy.Document{{
		Effect:    "Allow",
		Principal: &iampolicy.Principal{Service: []string{podIdentity}},
		Action:    []string{"sts:AssumeRole", "sts:TagSession"},
		Condition: conditions,
	}}
}

// trustCluster limits the trust policy to one cluster and its account.
func trustCluster(arn string) (string, error) {
	// arn:<partition>:eks:<region>:<account>:cluster/<name>
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[2] != "eks" || parts[4] == "" {
		return "", fmt.Errorf("ClusterARN is %q: want the ARN of an EKS cluster", arn)
	}
	return trustPolicy(iampolicy.Conditions{
		"StringEquals": {"aws:SourceAccount": {parts[4]}},
		"ArnEquals":    {"aws:SourceArn": {arn}},
	}).JSON()
}

// policyName is the name at the end of a managed policy's ARN.
func policyName(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}
