package iam

import (
	"net/url"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	maxClientIDs   = 100
	maxThumbprints = 5
)

// thumbprint is the SHA-1 of a certificate; the provider looks at its length.
var thumbprint = cloud.Text{Want: "40 characters", Example: strings.Repeat("9e", 20), Good: func(s string) bool { return len(s) == 40 }}

func oidcKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.IAMOpenIDConnectProvider, Noun: "IAM OIDC Provider", Service: serviceName, Global: true, Tagged: true,
		CreateCall: "CreateOpenIDConnectProvider", UpdateCall: "UpdateOpenIDConnectProviderThumbprint", DeleteCall: "DeleteOpenIDConnectProvider",
		Fields: cloud.Fields{
			"url":             cloud.String.Required().ForceNew().SameWhen(func(a, b string) bool { return issuer(a) == issuer(b) }),
			"clientIdLists":   cloud.SetOf(cloud.String).Required(),
			"thumbprintLists": cloud.ListOf(cloud.String.Like(thumbprint)).Computed(),
			"arn":             cloud.String.Output(),
		},
		Check: checkOIDC, Create: createOIDC,
	}
}

func checkOIDC(p cloud.Props) []cloud.Problem {
	if raw := p.Str("url"); raw != "" {
		if u, err := url.Parse(raw); err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
			return []cloud.Problem{{Property: "url", Reason: "must begin with https:// and have no query: " + raw}}
		}
	}
	return nil
}

func createOIDC(tx *cloud.Tx, r *cloud.Resource) error {
	name := issuer(r.Props.Str("url"))
	r.ID = tx.ARN("iam", "oidc-provider/"+name)
	switch {
	case tx.Get(cloud.IAMOpenIDConnectProvider, r.ID) != nil:
		return exists.Refuse("Provider with url https://%s already exists.", name)
	case len(r.Props.List("clientIdLists")) > maxClientIDs:
		return limitExceeded.Refuse("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: %d", maxClientIDs)
	case len(r.Props.List("thumbprintLists")) > maxThumbprints:
		return invalidInput.Refuse("Thumbprint list must contain fewer than %d entries.", maxThumbprints+1)
	}
	if err := checkCount(tx, cloud.IAMOpenIDConnectProvider, maxOIDCProviders, "OpenIdConnectProvidersPerAccount"); err != nil {
		return err
	}
	if !r.Props.Has("thumbprintLists") {
		r.Props["thumbprintLists"] = cloud.Strings((tx.Hex(20) + tx.Hex(20)))
	}
	// IAM answers without the scheme, and so does the provider.
	r.Props["url"] = name
	r.Props["arn"] = r.ID
	return nil
}

func issuer(u string) string { return strings.TrimSuffix(strings.TrimPrefix(u, "https://"), "/") }
