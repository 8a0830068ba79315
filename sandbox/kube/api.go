package kube

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// Service lets an account hold Kubernetes objects.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{{Token: cloud.KubernetesObject, Noun: "Kubernetes object", Service: "Kubernetes", Hidden: true}}}
}

// Client is a connection to the API of one cluster.
type Client struct {
	account *cloud.Account
	engine  Engine
	config  Kubeconfig
	caller  string

	// Warn hears the warnings of calls that end well. Optional.
	Warn func(cloud.Warning)
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
	session := cloud.Session{Region: c.config.Region, Caller: c.caller, Warn: c.Warn}
	return c.account.Change(session, seed, func(tx *cloud.Tx) error {
		cluster := eks.ClusterByEndpoint(tx, c.config.Server)
		if cluster == nil {
			return fmt.Errorf("configured Kubernetes cluster is unreachable: no cluster of account %s has the endpoint %s", tx.AccountID(), c.config.Server)
		}
		if err := c.engine.reach(cluster, c.config.Proxied); err != nil {
			return err
		}
		if err := (request{verb, apiVersion, kind, namespace}).authorise(tx, cluster); err != nil {
			return err
		}
		return do(tx, cluster)
	})
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
	return strings.Join([]string{eks.Key(cluster), apiVersion, kind, n.ID()}, "|")
}

// Create makes an object and returns it as the API server does. patch allows
// that it exists: then it gets what is given and keeps the rest, as with a
// server-side apply.
func (c *Client) Create(apiVersion, kind, seed string, object cloud.Props, patch bool) (cloud.Props, error) {
	name := nameOf(object)
	var made cloud.Props
	err := c.call("create", apiVersion, kind, name.Namespace, seed, func(tx *cloud.Tx, cluster *cloud.Resource) error {
		if err := validate(apiVersion, kind, object); err != nil {
			return err
		}
		existing := find(tx, cluster, apiVersion, kind, name)
		switch {
		case existing != nil && patch:
			if err := unchangeable(apiVersion, kind, existing.Props, object); err != nil {
				return err
			}
			made = revised(existing.Props, over(existing.Props, object))
			existing.Props = made
			tx.Put(existing)
			return nil
		case existing != nil:
			return fmt.Errorf("%s %q already exists", kind, name.ID())
		case name.Namespace != "" && find(tx, cluster, "v1", "Namespace", Name{Name: name.Namespace}) == nil:
			return fmt.Errorf("namespaces %q not found", name.Namespace)
		}
		made = object.With(cloud.Props{"metadata": map[string]any(object.Obj("metadata").With(cloud.Props{
			"uid":               uid(tx),
			"creationTimestamp": tx.Now().UTC().Format(time.RFC3339),
			"resourceVersion":   "1",
			"generation":        1.0,
		}))})
		if kind == "Namespace" {
			made["status"] = map[string]any{"phase": "Active"}
		}
		r := stored(cluster, apiVersion, kind, made)
		r.MadeBy = tx.Seed()
		tx.Put(r)
		return nil
	})
	return made, err
}

// Get finds an object; the error is [ErrNotFound] when there is none.
func (c *Client) Get(apiVersion, kind string, name Name) (cloud.Props, error) {
	var found cloud.Props
	err := c.call("get", apiVersion, kind, name.Namespace, "", func(tx *cloud.Tx, cluster *cloud.Resource) error {
		r := find(tx, cluster, apiVersion, kind, name)
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
		r := find(tx, cluster, apiVersion, kind, name)
		if r == nil {
			return fmt.Errorf("%s %q: %w", kind, name.ID(), ErrNotFound)
		}
		if err := validate(apiVersion, kind, object); err != nil {
			return err
		}
		if err := unchangeable(apiVersion, kind, r.Props, object); err != nil {
			return err
		}
		changed = revised(r.Props, object)
		r.Props = changed
		tx.Put(r)
		return nil
	})
	return changed, err
}

// Delete removes an object, and a namespace with all that is in it.
func (c *Client) Delete(apiVersion, kind string, name Name) error {
	return c.call("delete", apiVersion, kind, name.Namespace, "", func(tx *cloud.Tx, cluster *cloud.Resource) error {
		r := find(tx, cluster, apiVersion, kind, name)
		if r == nil {
			return nil
		}
		if kind == "Namespace" {
			if slices.Contains(immortal, name.Name) {
				return fmt.Errorf("namespaces %q is forbidden: this namespace may not be deleted", name.Name)
			}
			for _, o := range tx.List(cloud.KubernetesObject) {
				if o.Facts.Str("cluster") == eks.Key(cluster) && nameOf(o.Props).Namespace == name.Name {
					tx.Remove(o)
				}
			}
		}
		tx.Remove(r)
		return nil
	})
}

func uid(tx *cloud.Tx) string {
	h := tx.Hex(32)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
