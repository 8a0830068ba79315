package kube

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// Kubeconfig is what the sandbox reads of a kubeconfig: which cluster, and with
// whose credentials.
type Kubeconfig struct {
	Server  string
	Region  string
	RoleARN string
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

func (k *Kubeconfig) readArgs(args []string) {
	for i := 0; i+1 < len(args); i++ {
		switch args[i] {
		case "--region":
			k.Region = args[i+1]
		case "--role", "--role-arn":
			k.RoleARN = args[i+1]
		}
	}
}
