package kube

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A plugin that polls a cluster's /healthz gets its answer over TLS, by the
// certificate that the cluster names; nothing else is served.
func TestEndpointsAnswerHealthz(t *testing.T) {
	t.Parallel()
	e, err := ServeEndpoints(0)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	authority, err := base64.StdEncoding.DecodeString(e.CertificateAuthority("demo"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		t.Fatal("the certificate authority is no PEM")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/api/v1/namespaces": http.StatusNotImplemented} {
		response, err := client.Get(e.URL("demo") + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != want {
			t.Errorf("%s: %d %s, want %d", path, response.StatusCode, body, want)
		}
	}
	if e.URL("a") == e.URL("b") {
		t.Error("two clusters have one address")
	}
}

func TestEndpointsNameTheBusyPort(t *testing.T) {
	t.Parallel()
	e, err := ServeEndpoints(0)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := ServeEndpoints(e.Port()); err == nil || !strings.Contains(err.Error(), "port") {
		t.Errorf("a second listener on the same port: %v", err)
	}
}
