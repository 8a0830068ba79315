package kube

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Connection is where a kubeconfig leads.
type Connection struct {
	// Server is the URL of the API server.
	Server string

	// CertificateAuthority signs the server's certificate; PEM in base64.
	CertificateAuthority string
}

// ReadKubeconfig reads a kubeconfig in JSON that knows one cluster, as those
// made for EKS do.
func ReadKubeconfig(text string) (Connection, error) {
	var file struct {
		Clusters []struct {
			Cluster struct {
				Server               string `json:"server"`
				CertificateAuthority string `json:"certificate-authority-data"`
			} `json:"cluster"`
		} `json:"clusters"`
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return Connection{}, fmt.Errorf("kubeconfig is not JSON: %w", err)
	}
	if len(file.Clusters) != 1 {
		return Connection{}, fmt.Errorf("kubeconfig knows %d clusters, want 1", len(file.Clusters))
	}
	c := file.Clusters[0].Cluster
	return Connection{Server: c.Server, CertificateAuthority: c.CertificateAuthority}, nil
}

// Kubeconfig turns a cluster's kubeconfig, which is everybody's, into the
// engine's own: through its proxy, and with tokens for the role it assumes.
// Everything else stays as it is.
func (e Engine) Kubeconfig(everybodys string) (string, error) {
	var file map[string]any
	if err := json.Unmarshal([]byte(everybodys), &file); err != nil {
		return "", fmt.Errorf("kubeconfig is not JSON: %w", err)
	}
	if e.ProxyURL != "" {
		cluster, err := only(file, "clusters", "cluster")
		if err != nil {
			return "", err
		}
		cluster["proxy-url"] = e.ProxyURL
	}
	if e.AssumeRoleARN != "" {
		user, err := only(file, "users", "user")
		if err != nil {
			return "", err
		}
		exec, ok := user["exec"].(map[string]any)
		if !ok {
			return "", errors.New("kubeconfig's user runs no command for its tokens")
		}
		args, _ := exec["args"].([]any)
		exec["args"] = append(args, "--role", e.AssumeRoleARN)
	}
	b, err := json.Marshal(file)
	return string(b), err
}

// only is the one entry of a list of named entries.
func only(file map[string]any, list, entry string) (map[string]any, error) {
	all, _ := file[list].([]any)
	if len(all) != 1 {
		return nil, fmt.Errorf("kubeconfig has %d %s, want 1", len(all), list)
	}
	named, _ := all[0].(map[string]any)
	value, ok := named[entry].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("kubeconfig has a %s without its settings", entry)
	}
	return value, nil
}
