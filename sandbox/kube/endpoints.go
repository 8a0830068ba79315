package kube

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"strings"
	"time"
)

// Endpoints answers on loopback for the API servers of an account's clusters,
// as far as a plugin asks that does not know that it is in a sandbox: over TLS,
// /healthz says ok. Everything else goes through the provider and is refused
// here.
type Endpoints struct {
	address     string
	server      *http.Server
	certificate []byte
}

// ServeEndpoints listens on a port of loopback; 0 chooses a free one. Clusters
// keep the address they were made with, so an account must get the same port
// again.
func ServeEndpoints(port int) (*Endpoints, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, fmt.Errorf("the clusters' endpoint cannot listen on port %d, which the account's clusters were made with: %w; free the port", port, err)
	}
	certificate, encoded, err := selfSigned()
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	e := &Endpoints{address: listener.Addr().String(), certificate: encoded}
	e.server = &http.Server{Handler: http.HandlerFunc(answer), ReadHeaderTimeout: time.Second}
	secure := tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	go func() { _ = e.server.Serve(secure) }()
	return e, nil
}

func answer(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/healthz") {
		_, _ = w.Write([]byte("ok"))
		return
	}
	http.Error(w, "the sandbox serves a cluster's objects through the Kubernetes provider only", http.StatusNotImplemented)
}

// Port is where the endpoints are.
func (e *Endpoints) Port() int {
	_, port, _ := net.SplitHostPort(e.address)
	var n int
	_, _ = fmt.Sscan(port, &n)
	return n
}

// URL is the address of a cluster's API.
func (e *Endpoints) URL(cluster string) string { return "https://" + e.address + "/" + cluster }

// CertificateAuthority is the certificate of every endpoint, PEM in base64.
func (e *Endpoints) CertificateAuthority(string) string {
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.certificate})
	return base64.StdEncoding.EncodeToString(block)
}

// Close stops answering.
func (e *Endpoints) Close() error { return e.server.Close() }

func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "kubernetes"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{encoded}, PrivateKey: key}, encoded, nil
}
