package kube

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/controllers"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/validation"
)

// Service lets an account hold Kubernetes objects, and has the controllers of its
// clusters act on whatever changes.
func Service() cloud.Service {
	return cloud.Service{
		Kinds: []cloud.Kind{{Token: cloud.KubernetesObject, Noun: "Kubernetes object", Service: "Kubernetes", Hidden: true}},
		React: func(tx *cloud.Tx) {
			for _, cluster := range tx.List(cloud.EKSCluster) {
				control.Run(tx, cluster, controllers.All())
			}
		},
	}
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

// call is one call to a cluster's API, while it is carried out.
type call struct {
	tx      *cloud.Tx
	cluster *cloud.Resource
}

// do reaches the cluster and authenticates, and then does what is asked. What
// fails late was done all the same.
func (c *Client) do(seed string, act func(call) error) error {
	session := cloud.Session{Region: c.config.Region, Caller: c.caller, Warn: c.Warn}
	var late error
	err := c.account.Change(session, seed, func(tx *cloud.Tx) error {
		cluster := eks.ClusterByEndpoint(tx, c.config.Server)
		if cluster == nil {
			return clusterGone.Refuse("configured Kubernetes cluster is unreachable: no cluster of account %s has the endpoint %s", tx.AccountID(), c.config.Server)
		}
		if err := c.engine.reach(cluster, c.config.Proxied); err != nil {
			return err
		}
		err := act(call{tx, cluster})
		if isLate(err) {
			late, err = err, nil
		}
		return err
	})
	if err == nil {
		err = late
	}
	return worded(err)
}

// served finds a type that the cluster serves, and lets only those go on who may
// do something with it.
func (c call) served(verb, apiVersion, kind, namespace string) (objects.Type, error) {
	t, ok := objects.Served(c.tx, c.cluster, apiVersion, kind)
	if !ok {
		if err := typeUnserved.Refuse("no matches for kind %q in version %q: ensure CRDs are installed first", kind, apiVersion); err != nil {
			return t, err
		}
		t = objects.Type{APIVersion: apiVersion, Kind: kind}
	}
	if t.Cluster {
		namespace = ""
	}
	return t, request{verb, t, namespace}.authorise(c.tx, c.cluster)
}

// Create makes an object and returns it as the API server does. patch allows
// that it exists: then it gets what is given and keeps the rest, as with a
// server-side apply. When the error is a [cloud.Late], the object exists.
func (c *Client) Create(apiVersion, kind, seed string, object cloud.Props, patch bool) (cloud.Props, error) {
	object = object.With(cloud.Props{"apiVersion": apiVersion, "kind": kind})
	var made cloud.Props
	err := c.do(seed, func(call call) (err error) {
		t, err := call.served("create", apiVersion, kind, objects.NameOf(object).Namespace)
		if err != nil {
			return err
		}
		object = placed(t, object)
		existing := objects.Find(call.tx, call.cluster, apiVersion, kind, objects.NameOf(object))
		if existing != nil && patch {
			made, err = call.update(t, existing, over(existing.Props, object))
		} else if made, err = call.create(t, object); made != nil {
			call.claim(made)
		}
		if err == nil {
			made, err = call.settle(made)
		}
		return err
	})
	return made, err
}

// claim writes down which of the program's resources an object is.
func (c call) claim(object cloud.Props) {
	r := objects.New(c.cluster, object)
	if r = c.tx.Get(r.Kind, r.ID); r != nil {
		r.MadeBy = c.tx.Seed()
		c.tx.Put(r)
	}
}

// placed takes the namespace from an object whose type lives in none. Whoever
// writes a custom resource cannot always know.
func placed(t objects.Type, object cloud.Props) cloud.Props {
	metadata := object.Obj("metadata")
	if !t.Cluster || !objects.Custom(t.APIVersion) || !metadata.Has("namespace") {
		return object
	}
	metadata = metadata.With(nil)
	delete(metadata, "namespace")
	return object.With(cloud.Props{"metadata": map[string]any(metadata)})
}

// create admits a new object and keeps it.
func (c call) create(t objects.Type, object cloud.Props) (cloud.Props, error) {
	name := objects.NameOf(object)
	if err := validation.Object(t, object); err != nil {
		return nil, err
	}
	if objects.Find(c.tx, c.cluster, t.APIVersion, t.Kind, name) != nil {
		if err := objectExists.Refuse("%s %q already exists", t.Plural(), name.Name); err != nil {
			return nil, err
		}
	}
	if name.Namespace != "" && objects.Find(c.tx, c.cluster, "v1", "Namespace", objects.Name{Name: name.Namespace}) == nil {
		if err := namespaceMissing.Refuse("namespaces %q not found", name.Namespace); err != nil {
			return nil, err
		}
	}
	if err := c.askWebhooks(creating, t, object); err != nil {
		return nil, err
	}
	object, err := c.admit(t, object)
	if err != nil {
		return nil, err
	}
	made := object.With(cloud.Props{"metadata": map[string]any(object.Obj("metadata").With(cloud.Props{
		"uid":               uid(c.tx),
		"creationTimestamp": c.tx.Now().UTC().Format(time.RFC3339),
		"resourceVersion":   "1",
		"generation":        1.0,
	}))})
	if t.Kind == "Namespace" {
		made["status"] = map[string]any{"phase": "Active"}
	}
	c.tx.Put(objects.New(c.cluster, made))
	return made, nil
}

// update admits what an object is to be from now on, and keeps it.
func (c call) update(t objects.Type, r *cloud.Resource, object cloud.Props) (cloud.Props, error) {
	if err := validation.Object(t, object); err != nil {
		return nil, err
	}
	if err := validation.Change(t, r.Props, object); err != nil {
		return nil, err
	}
	if err := c.askWebhooks(updating, t, object); err != nil {
		return nil, err
	}
	r.Props = revised(r.Props, keepAddress(t, r.Props, object))
	c.tx.Put(r)
	return r.Props, nil
}

// Get finds an object; the error is [ErrNotFound] when there is none.
func (c *Client) Get(apiVersion, kind string, name objects.Name) (cloud.Props, error) {
	var found cloud.Props
	err := c.do("", func(call call) error {
		if _, err := call.served("get", apiVersion, kind, name.Namespace); err != nil {
			return err
		}
		r := objects.Find(call.tx, call.cluster, apiVersion, kind, name)
		if r == nil {
			return fmt.Errorf("%s %q: %w", kind, name.ID(), ErrNotFound)
		}
		found = r.Props
		return nil
	})
	return found, err
}

// Update replaces what an object says, and keeps what the server said. When the
// error is a [cloud.Late], the object was changed.
func (c *Client) Update(apiVersion, kind string, object cloud.Props) (cloud.Props, error) {
	object = object.With(cloud.Props{"apiVersion": apiVersion, "kind": kind})
	name := objects.NameOf(object)
	var changed cloud.Props
	err := c.do("", func(call call) error {
		t, err := call.served("update", apiVersion, kind, name.Namespace)
		if err != nil {
			return err
		}
		object = placed(t, object)
		r := objects.Find(call.tx, call.cluster, apiVersion, kind, objects.NameOf(object))
		if r == nil {
			return fmt.Errorf("%s %q: %w", kind, name.ID(), ErrNotFound)
		}
		if changed, err = call.update(t, r, object); err == nil {
			changed, err = call.settle(changed)
		}
		return err
	})
	return changed, err
}

// Delete removes an object, a namespace with all that is in it, and a custom
// resource definition with all that it defines.
func (c *Client) Delete(apiVersion, kind string, name objects.Name) error {
	return c.do("", func(call call) error {
		if _, ok := objects.Served(call.tx, call.cluster, apiVersion, kind); !ok {
			return nil // Its definition is gone, and it went with it.
		}
		t, err := call.served("delete", apiVersion, kind, name.Namespace)
		if err != nil {
			return err
		}
		if r := objects.Find(call.tx, call.cluster, apiVersion, kind, name); r != nil {
			return call.delete(t, r)
		}
		return nil
	})
}

// immortal namespaces stay in every cluster.
var immortal = []string{"default", "kube-system", "kube-public"}

func (c call) delete(t objects.Type, r *cloud.Resource) error {
	if err := c.askWebhooks(deleting, t, r.Props); err != nil {
		return err
	}
	if name := objects.NameOf(r.Props).Name; t.Kind == "Namespace" && slices.Contains(immortal, name) {
		if err := namespaceKept.Refuse("namespaces %q is forbidden: this namespace may not be deleted", name); err != nil {
			return err
		}
	}
	return control.Delete(c.tx, c.cluster, r, controllers.All())
}

func uid(tx *cloud.Tx) string {
	h := tx.Hex(32)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
