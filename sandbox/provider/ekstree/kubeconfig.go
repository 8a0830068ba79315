package ekstree

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// kubernetesPlugin is the version of the Kubernetes provider that pulumi-eks 3.9.1 is built with.
const kubernetesPlugin = "4.19.0"

// kubernetes registers the provider for what is inside the cluster.
func (t *tree) kubernetes(c *cluster) *node {
	in := props{"kubeconfig": t.kubeconfig(c.eks, c.in["providerCredentialOpts"], true)}
	if mutable := c.in["enableConfigMapMutable"]; !mutable.IsNull() {
		in["enableConfigMapMutable"] = t.stringified(mutable) // Providers take settings as JSON.
	}
	return t.custom(child{Registration: Registration{
		Type: "pulumi:providers:kubernetes", Name: t.name + "-eks-k8s", Version: kubernetesPlugin, Inputs: in,
	}})
}

// kubeconfig is the configuration with which kubectl and the Kubernetes provider reach the cluster, as JSON. The one for people
// leaves the AWS profile out: each has their own.
func (t *tree) kubeconfig(eks *node, credentials value, withProfile bool) value {
	return t.apply(func(in []value) (value, error) {
		arn := strings.Split(text(in[3]), ":")
		if len(arn) < 4 || arn[0] != "arn" {
			return null, fmt.Errorf("the cluster's ARN is %q: its fourth part must be the region", text(in[3]))
		}
		args := []string{"--region", arn[3], "eks", "get-token", "--cluster-name", text(in[0]), "--output", "json"}
		if role := text(field(in[4], "roleArn")); role != "" {
			args = append(args, "--role", role)
		}
		if profile := text(field(in[4], "profileName")); profile != "" && withProfile {
			args = append(args, "--profile", profile)
		}
		return str(jsonText(newKubeconfig(text(in[1]), text(field(in[2], "data")), args))), nil
	}, eks.get("name"), eks.get("endpoint"), eks.get("certificateAuthority"), eks.get("arn"), credentials)
}

// parsed is the value that a JSON text holds.
func (t *tree) parsed(v value) value {
	return t.apply(func(in []value) (value, error) {
		var out map[string]any
		err := json.Unmarshal([]byte(text(in[0])), &out)
		return object(resource.NewPropertyMapFromMap(out)), err
	}, v)
}

// A kubeconfig, in the order in which the plugin writes it (Kubernetes, clientcmd API v1).
type (
	kubeconfig struct {
		APIVersion     string        `json:"apiVersion"`
		Clusters       []kubeCluster `json:"clusters"`
		Contexts       []kubeContext `json:"contexts"`
		CurrentContext string        `json:"current-context"`
		Kind           string        `json:"kind"`
		Users          []kubeUser    `json:"users"`
	}
	kubeCluster struct {
		Cluster struct {
			Server string `json:"server"`
			CA     string `json:"certificate-authority-data,omitempty"`
		} `json:"cluster"`
		Name string `json:"name"`
	}
	kubeContext struct {
		Context struct {
			Cluster string `json:"cluster"`
			User    string `json:"user"`
		} `json:"context"`
		Name string `json:"name"`
	}
	kubeUser struct {
		Name string `json:"name"`
		User struct {
			Exec kubeExec `json:"exec"`
		} `json:"user"`
	}
	kubeExec struct {
		APIVersion string       `json:"apiVersion"`
		Command    string       `json:"command"`
		Args       []string     `json:"args"`
		Env        []kubeEnvVar `json:"env"`
	}
	kubeEnvVar struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

func newKubeconfig(server, ca string, args []string) kubeconfig {
	var cl kubeCluster
	cl.Name, cl.Cluster.Server, cl.Cluster.CA = "kubernetes", server, ca
	var cx kubeContext
	cx.Name, cx.Context.Cluster, cx.Context.User = "aws", "kubernetes", "aws"
	var u kubeUser
	u.Name = "aws"
	u.User.Exec = kubeExec{
		APIVersion: "client.authentication.k8s.io/v1beta1",
		Command:    "aws",
		Args:       args,
		Env:        []kubeEnvVar{{"KUBERNETES_EXEC_INFO", `{"apiVersion": "client.authentication.k8s.io/v1beta1"}`}},
	}
	return kubeconfig{
		APIVersion: "v1", Kind: "Config", CurrentContext: "aws",
		Clusters: []kubeCluster{cl}, Contexts: []kubeContext{cx}, Users: []kubeUser{u},
	}
}
