package kube

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// Kubeconfig is what the sandbox reads of a kubeconfig: which cluster, and with
// whose credentials.
type Kubeconfig struct {
	// Server is the address of the cluster's API.
	Server string
	// Region is where `aws eks get-token` is told that the cluster is.
	Region string
	// RoleARN is the role that it assumes, if any.
	RoleARN string
	// Proxied tells whether calls go through a proxy.
	Proxied bool
}

type kubeconfigFile struct {
	CurrentContext string `yaml:"current-context"`
	Clusters       []struct {
		Name    string `yaml:"name"`
		Cluster struct {
			Server   string `yaml:"server"`
			ProxyURL string `yaml:"proxy-url"`
		} `yaml:"cluster"`
	} `yaml:"clusters"`
	Contexts []struct {
		Name    string `yaml:"name"`
		Context struct {
			Cluster string `yaml:"cluster"`
			User    string `yaml:"user"`
		} `yaml:"context"`
	} `yaml:"contexts"`
	Users []struct {
		Name string `yaml:"name"`
		User struct {
			Exec struct {
				Args []string `yaml:"args"`
			} `yaml:"exec"`
		} `yaml:"user"`
	} `yaml:"users"`
}

// ParseKubeconfig reads a kubeconfig, JSON or YAML, whose user gets tokens from
// `aws eks get-token`.
func ParseKubeconfig(text string) (Kubeconfig, error) {
	var file kubeconfigFile
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		return Kubeconfig{}, fmt.Errorf("kubeconfig: %w", err)
	}
	var config Kubeconfig
	for _, c := range file.Contexts {
		if c.Name != file.CurrentContext {
			continue
		}
		for _, cluster := range file.Clusters {
			if cluster.Name == c.Context.Cluster {
				config.Server, config.Proxied = cluster.Cluster.Server, cluster.Cluster.ProxyURL != ""
			}
		}
		for _, user := range file.Users {
			if user.Name == c.Context.User {
				config.readArgs(user.User.Exec.Args)
			}
		}
	}
	if config.Server == "" {
		return Kubeconfig{}, fmt.Errorf("kubeconfig: the current context %q names no cluster with a server", file.CurrentContext)
	}
	return config, nil
}

// readArgs takes what matters from the arguments, each as "--flag value" or
// "--flag=value".
func (k *Kubeconfig) readArgs(args []string) {
	for i, arg := range args {
		flag, value, ok := strings.Cut(arg, "=")
		if !ok && i+1 < len(args) {
			value = args[i+1]
		}
		switch flag {
		case "--region":
			k.Region = value
		case "--role", "--role-arn":
			k.RoleARN = value
		}
	}
}
