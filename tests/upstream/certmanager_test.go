package upstream

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
)

const certmanagerFiles = "../../components/addons/certmanager/testdata/"

func TestClusterIssuers(t *testing.T) {
	files, err := filepath.Glob(certmanagerFiles + "clusterissuer.*.json")
	if err != nil || len(files) != 4 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, path := range files {
		var issuer certmanager.ClusterIssuer
		decode(t, path, &issuer)
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "clusterissuer."), ".json")
		if issuer.Name != name || issuer.APIVersion != certmanager.SchemeGroupVersion.String() || issuer.Kind != certmanager.ClusterIssuerKind {
			t.Errorf("%s is %s %s, called %s", path, issuer.APIVersion, issuer.Kind, issuer.Name)
		}
		// An issuer has one of these, and no more.
		kinds := 0
		for _, has := range []bool{issuer.Spec.ACME != nil, issuer.Spec.CA != nil, issuer.Spec.SelfSigned != nil, issuer.Spec.Vault != nil, issuer.Spec.Venafi != nil} {
			if has {
				kinds++
			}
		}
		if kinds != 1 {
			t.Errorf("%s has %d kinds of issuer", path, kinds)
		}
		if issuer.Spec.ACME != nil {
			provesInZone(t, path, issuer.Spec.ACME)
		}
	}
}

// provesInZone holds that an issuer proves names in a zone that it does not have
// to look for, with the credentials of its pods.
func provesInZone(t *testing.T, path string, issuer *acme.ACMEIssuer) {
	t.Helper()
	if issuer.PrivateKey.Name == "" || len(issuer.Solvers) != 1 {
		t.Fatalf("%s: account or solver did not arrive: %+v", path, issuer)
	}
	solver := issuer.Solvers[0]
	if solver.DNS01 == nil || solver.DNS01.Route53 == nil || solver.Selector == nil || len(solver.Selector.DNSZones) != 1 {
		t.Fatalf("%s: the solver did not arrive: %+v", path, solver)
	}
	route53 := solver.DNS01.Route53
	if route53.HostedZoneID == "" || route53.Region == "" || route53.AccessKeyID != "" || route53.Role != "" || route53.Auth != nil {
		t.Errorf("%s: the zone or its credentials are others: %+v", path, route53)
	}
}

func TestAuthority(t *testing.T) {
	var authority certmanager.Certificate
	decode(t, certmanagerFiles+"certificate.json", &authority)
	spec := authority.Spec
	if !spec.IsCA || spec.SecretName == "" || spec.Duration == nil || spec.RenewBefore == nil || spec.PrivateKey == nil {
		t.Fatalf("the authority did not arrive: %+v", spec)
	}
	if spec.PrivateKey.Algorithm != certmanager.ECDSAKeyAlgorithm || spec.PrivateKey.RotationPolicy != certmanager.RotationPolicyNever {
		t.Errorf("the authority's key is %+v", spec.PrivateKey)
	}
	if spec.IssuerRef.Kind != certmanager.ClusterIssuerKind || spec.IssuerRef.Name != "private-ca-root" {
		t.Errorf("the authority is signed by %+v", spec.IssuerRef)
	}
	// What it signed is trusted until it ends.
	if left := spec.RenewBefore.Duration; left < 365*24*time.Hour || left >= spec.Duration.Duration {
		t.Errorf("the authority lives for %s and is renewed %s before its end", spec.Duration.Duration, left)
	}
}
