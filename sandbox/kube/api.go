package kube

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// objectKind is how the account stores every Kubernetes object.
const objectKind = "kubernetes:object"

// Service lets an account hold Kubernetes objects.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{{Token: objectKind, Noun: "Kubernetes object", Service: "Kubernetes", Hidden: true}}}
}

// Client is a connection to the API of one cluster.
type Client struct {
	account *cloud.Account
	engine  Engine
	config  Kubeconfig
	caller  string
}

// NewClient makes a client from a kubeconfig. caller is the identity whose
// credentials `aws eks get-token` finds; a role named in the kubeconfig comes
// before it.
func NewClient(account *cloud.Account, engine Engine, caller, kubeconfig string) (*Client, error) {
	config, err := ParseKubeconfig(kubeconfig)
	if err != nil {
		return nil, err
	}
	if config.RoleARN != "" {
		caller = config.RoleARN
	}
	return &Client{account: account, engine: engine, config: config, caller: caller}, nil
}

// ErrNotFound is returned for objects that do not exist.
var ErrNotFound = errors.New("not found")

// call reaches the cluster, authenticates and authorises, and then does what
// is asked.
func (c *Client) call(verb, apiVersion, kind, namespace, seed string, do func(tx *cloud.Tx, cluster *cloud.Resource) error) error {
	session := cloud.Session{Region: c.config.Region, Caller: c.caller}
	return c.account.Change(session, seed, func(tx *cloud.Tx) error {
		cluster := eks.ClusterByEndpoint(tx, c.config.Server)
		if cluster == nil {
			return fmt.Errorf("configured Kubernetes cluster is unreachable: no cluster of account %s has the endpoint %s", tx.AccountID(), c.config.Server)
		}
		if err := c.engine.reach(cluster, c.config.Proxied); err != nil {
			return err
		}
		policy, ok := eks.MayAccess(tx, cluster, tx.Session.Caller)
		if !ok {
			return fmt.Errorf("the server has asked for the client to provide credentials (Unauthorized): cluster %s has no access entry for %s",
				cluster.Props.Str("name"), tx.Session.Caller)
		}
		if err := authorise(policy, verb, apiVersion, kind, namespace); err != nil {
			return fmt.Errorf("%w (%s, by %s)", err, tx.Session.Caller, policy)
		}
		return do(tx, cluster)
	})
}

// authorise knows of the access policies what matters here: the cluster
// administrator may do everything, administrators and editors may write inside
// namespaces, the others read. See
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
func authorise(policy, verb, apiVersion, kind, namespace string) error {
	switch {
	case verb == "get", policy == "AmazonEKSClusterAdminPolicy":
		return nil
	case policy == "AmazonEKSAdminPolicy" || policy == "AmazonEKSEditPolicy":
		if Namespaced(apiVersion, kind) {
			return nil
		}
	}
	where := "at the cluster scope"
	if namespace != "" {
		where = "in namespace " + namespace
	}
	return fmt.Errorf("forbidden: cannot %s %s (%s) %s", verb, kind, apiVersion, where)
}

// Name is where an object lives: its namespace, if it has one, and its name.
type Name struct{ Namespace, Name string }

// ID is the name as Pulumi writes it: namespace/name, or name.
func (n Name) ID() string {
	if n.Namespace == "" {
		return n.Name
	}
	return n.Namespace + "/" + n.Name
}

// ParseID reads a name that ID wrote.
func ParseID(id string) Name {
	if namespace, name, ok := strings.Cut(id, "/"); ok {
		return Name{namespace, name}
	}
	return Name{Name: id}
}

func nameOf(object cloud.Props) Name {
	metadata := object.Obj("metadata")
	return Name{metadata.Str("namespace"), metadata.Str("name")}
}

func objectID(cluster *cloud.Resource, apiVersion, kind string, n Name) string {
	return strings.Join([]string{cluster.Props.Str("name"), apiVersion, kind, n.ID()}, "|")
}

// Create makes an object and returns it as the API server does. patch allows
// that it exists, as a server-side apply does.
func (c *Client) Create(apiVersion, kind, seed string, object cloud.Props, patch bool) (cloud.Props, error) {
	name := nameOf(object)
	var made cloud.Props
	err := c.call("create", apiVersion, kind, name.Namespace, seed, func(tx *cloud.Tx, cluster *cloud.Resource) error {
		id := objectID(cluster, apiVersion, kind, name)
		if existing := tx.Get(objectKind, id); existing != nil && !patch {
			return fmt.Errorf("%s %q already exists", kind, name.ID())
		}
		if err := inNamespace(tx, cluster, name.Namespace); err != nil {
			return err
		}
		if err := validate(apiVersion, kind, object); err != nil {
			return err
		}
		made = object.Clone()
		metadata := cloud.Props(made.Obj("metadata")).With(cloud.Props{
			"uid":               uid(tx),
			"creationTimestamp": tx.Now().UTC().Format(time.RFC3339),
			"resourceVersion":   "1",
			"generation":        1,
		})
		made["metadata"] = map[string]any(metadata)
		if kind == "Namespace" {
			made["status"] = map[string]any{"phase": "Active"}
		}
		tx.Make("kubernetes", objectKind, id, made, cloud.Props{"cluster": cluster.Props.Str("name")})
		return nil
	})
	return made, err
}

// Get finds an object; the error is [ErrNotFound] when there is none.
func (c *Client) Get(apiVersion, kind string, name Name) (cloud.Props, error) {
	var found cloud.Props
	err := c.call("get", apiVersion, kind, name.Namespace, "", func(tx *cloud.Tx, cluster *cloud.Resource) error {
		if found = builtinObject(cluster, apiVersion, kind, name); found != nil {
			return nil
		}
		r := tx.Get(objectKind, objectID(cluster, apiVersion, kind, name))
		if r == nil {
			return fmt.Errorf("%s %q: %w", kind, name.ID(), ErrNotFound)
		}
		found = r.Props
		return nil
	})
	return found, err
}

// Update replaces what an object says, and keeps what the server said.
func (c *Client) Update(apiVersion, kind string, object cloud.Props) (cloud.Props, error) {
	name := nameOf(object)
	var changed cloud.Props
	err := c.call("update", apiVersion, kind, name.Namespace, "", func(tx *cloud.Tx, cluster *cloud.Resource) error {
		r := tx.Get(objectKind, objectID(cluster, apiVersion, kind, name))
		if r == nil {
			return fmt.Errorf("%s %q: %w", kind, name.ID(), ErrNotFound)
		}
		if err := validate(apiVersion, kind, object); err != nil {
			return err
		}
		old := r.Props.Obj("metadata")
		version, _ := strconv.Atoi(old.Str("resourceVersion"))
		metadata := cloud.Props(object.Obj("metadata")).With(cloud.Props{
			"uid": old["uid"], "creationTimestamp": old["creationTimestamp"],
			"resourceVersion": strconv.Itoa(version + 1), "generation": old.Int("generation") + 1,
		})
		changed = object.With(cloud.Props{"metadata": map[string]any(metadata)})
		if status := r.Props["status"]; status != nil {
			changed["status"] = status
		}
		r.Props = changed
		tx.Put(r)
		return nil
	})
	return changed, err
}

// Delete removes an object, and a namespace with all that is in it.
func (c *Client) Delete(apiVersion, kind string, name Name) error {
	return c.call("delete", apiVersion, kind, name.Namespace, "", func(tx *cloud.Tx, cluster *cloud.Resource) error {
		r := tx.Get(objectKind, objectID(cluster, apiVersion, kind, name))
		if r == nil {
			return nil
		}
		if kind == "Namespace" {
			for _, o := range tx.List(objectKind) {
				if o.Facts.Str("cluster") == cluster.Props.Str("name") && nameOf(o.Props).Namespace == name.Name {
					tx.Remove(o)
				}
			}
		}
		tx.Remove(r)
		return nil
	})
}

// systemNamespaces come with every cluster.
var systemNamespaces = []string{"default", "kube-system", "kube-public", "kube-node-lease"}

func inNamespace(tx *cloud.Tx, cluster *cloud.Resource, namespace string) error {
	if namespace == "" || builtinObject(cluster, "v1", "Namespace", Name{Name: namespace}) != nil {
		return nil
	}
	if tx.Get(objectKind, objectID(cluster, "v1", "Namespace", Name{Name: namespace})) == nil {
		return fmt.Errorf("namespaces %q not found", namespace)
	}
	return nil
}

func builtinObject(_ *cloud.Resource, apiVersion, kind string, name Name) cloud.Props {
	if apiVersion != "v1" || kind != "Namespace" {
		return nil
	}
	for _, n := range systemNamespaces {
		if n == name.Name {
			return cloud.Props{
				"apiVersion": apiVersion, "kind": kind,
				"metadata": map[string]any{"name": n}, "status": map[string]any{"phase": "Active"},
			}
		}
	}
	return nil
}

func uid(tx *cloud.Tx) string {
	h := tx.Hex(32)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
