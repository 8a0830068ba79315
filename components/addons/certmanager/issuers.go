package certmanager

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/object"
)

// The cluster's issuers.
const (
	// Staging is Let's Encrypt's test: nobody trusts its certificates, and its
	// limits are generous.
	Staging = "letsencrypt-staging"
	// Production is Let's Encrypt. It gives out a few certificates a week for one
	// domain: try Staging first.
	Production = "letsencrypt-production"
	// Private is an authority of the cluster's own, for TLS inside it.
	Private = "private-ca"
)

// root signs the private authority's certificate, with that certificate's own
// key.
const root = "private-ca-root"

// servers are Let's Encrypt's; see https://letsencrypt.org/docs/acme-protocol-updates/
var servers = map[string]string{
	Staging:    "https://acme-staging-v02.api.letsencrypt.org/directory",
	Production: "https://acme-v02.api.letsencrypt.org/directory",
}

const apiVersion = "cert-manager.io/v1"

// issuers makes the issuers, each after the release: its webhook judges them, and
// refuses everything while its pods do not run.
func (a Args) issuers(ctx *pulumi.Context, name string, c *CertManager, space pulumi.StringInput, release pulumi.Resource) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	add := func(kind, named string, namespace pulumi.StringInput, spec pulumi.Map, after ...pulumi.Resource) error {
		o, err := object.New(ctx, name+"-"+named, object.Args{
			Cluster: a.Cluster, APIVersion: apiVersion, Kind: kind, Name: named, Namespace: namespace, Body: pulumi.Map{"spec": spec},
		}, c, pulumi.DependsOn(append(after, release)))
		made = append(made, o)
		return err
	}
	if err := add("ClusterIssuer", root, nil, pulumi.Map{"selfSigned": pulumi.Map{}}); err != nil {
		return nil, err
	}
	if err := add("Certificate", Private, space, authority(), made[0]); err != nil {
		return nil, err
	}
	// A ClusterIssuer looks for its secret in the namespace of cert-manager.
	if err := add("ClusterIssuer", Private, nil, pulumi.Map{"ca": pulumi.Map{"secretName": pulumi.String(Private)}}, made[1]); err != nil {
		return nil, err
	}
	if len(a.Zones) == 0 {
		return made, nil
	}
	for _, issuer := range []string{Staging, Production} {
		if err := add("ClusterIssuer", issuer, nil, a.acme(issuer)); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// authority is the certificate of the private authority. It lives for ten years
// and is renewed after eight: what it signed has to be trusted until it ends.
func authority() pulumi.Map {
	return pulumi.Map{
		"isCA": pulumi.Bool(true), "commonName": pulumi.String(Private), "secretName": pulumi.String(Private),
		"duration": pulumi.String("87600h"), "renewBefore": pulumi.String("17520h"),
		"privateKey": pulumi.Map{"algorithm": pulumi.String("ECDSA"), "size": pulumi.Int(256), "rotationPolicy": pulumi.String("Never")},
		"issuerRef": pulumi.Map{
			"name": pulumi.String(root), "kind": pulumi.String("ClusterIssuer"), "group": pulumi.String("cert-manager.io"),
		},
	}
}

// acme is an issuer that proves to Let's Encrypt that a name is ours by a text in
// the name's zone. Credentials are those of the controller's pods, and with the
// zone's ID it need not search for zones.
func (a Args) acme(issuer string) pulumi.Map {
	var solvers pulumi.Array
	for _, z := range a.Zones {
		solvers = append(solvers, pulumi.Map{
			"selector": pulumi.Map{"dnsZones": pulumi.ToStringArray([]string{z.Domain})},
			"dns01":    pulumi.Map{"route53": pulumi.Map{"region": pulumi.String(a.Region), "hostedZoneID": z.ID}},
		})
	}
	return pulumi.Map{"acme": pulumi.Map{
		"server": pulumi.String(servers[issuer]), "email": pulumi.String(a.Email),
		"privateKeySecretRef": pulumi.Map{"name": pulumi.String(issuer + "-account")},
		"solvers":             solvers,
	}}
}
