package identity

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
)

// audience is whom a service account's token is for: STS alone.
const audience = "sts.amazonaws.com"

// NewOIDCProvider makes IAM trust the tokens of a cluster's service accounts. A
// cluster has one, and IAM refuses a second. IAM knows the authority of EKS's
// issuers, so that no thumbprint has to be kept up to date.
//
// See https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html
func NewOIDCProvider(ctx *pulumi.Context, name string, issuer pulumi.StringInput, opts ...pulumi.ResourceOption) (*iam.OpenIdConnectProvider, error) {
	if issuer == nil {
		return nil, fmt.Errorf("OIDC provider %q: issuer is required: pass the cluster's output OIDCIssuer", name)
	}
	p, err := iam.NewOpenIdConnectProvider(ctx, name, &iam.OpenIdConnectProviderArgs{
		Url: issuer, ClientIdLists: pulumi.StringArray{pulumi.String(audience)},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("OIDC provider %q: %w", name, err)
	}
	return p, nil
}

// trustWebIdentity is the trust policy for the tokens of one service account.
// Without the subject every pod of the cluster could assume the role, and
// without the audience a token that was made for somebody else would do.
func (a Args) trustWebIdentity(providerARN string) (string, error) {
	// arn:<partition>:iam::<account>:oidc-provider/<issuer without https://>
	_, issuer, ok := strings.Cut(providerARN, ":oidc-provider/")
	if !ok || issuer == "" {
		return "", fmt.Errorf("OIDCProviderARN is %q: want the ARN of an IAM OIDC provider", providerARN)
	}
	return iampolicy.Document{{
		Effect:    "Allow",
		Principal: &iampolicy.Principal{Federated: []string{providerARN}},
		Action:    []string{"sts:AssumeRoleWithWebIdentity"},
		Condition: iampolicy.Conditions{"StringEquals": {
			issuer + ":sub": {"system:serviceaccount:" + a.Namespace + ":" + a.ServiceAccount},
			issuer + ":aud": {audience},
		}},
	}}.JSON()
}
