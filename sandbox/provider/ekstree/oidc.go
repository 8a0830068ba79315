package ekstree

// issuerThumbprint stands for the fingerprint of the certificate authority of EKS's issuers, which the plugin fetches from
// the issuer. IAM takes it and, for EKS, does not use it.
const issuerThumbprint = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"

// oidcProvider registers the IAM identity provider for roles of service accounts, if asked for.
func (t *tree) oidcProvider(c *cluster) *node {
	if !truthy(c.in["createOidcProvider"]) {
		return nil
	}
	return t.custom(child{Registration: Registration{
		Type: "aws:iam/openIdConnectProvider:OpenIdConnectProvider", Name: t.name + "-oidcProvider",
		Inputs: props{
			"clientIdLists":   strs("sts.amazonaws.com"),
			"url":             t.issuer(c),
			"thumbprintLists": strs(issuerThumbprint),
		},
	}})
}

// issuer is the URL of the cluster's OIDC issuer; empty for a cluster without.
func (t *tree) issuer(c *cluster) value {
	identity := t.first(c.eks.get("identities"))
	return t.apply(func(in []value) (value, error) { return str(text(field(in[0], "issuer"))), nil }, t.first(path(identity, "oidcs")))
}
