package sample

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/namespace"
	"github.com/slipway-iac/slipway/internal/object"
)

// port is where the pods and their Services listen: a Service that takes another
// port than its pods is not covered by network policies of the VPC CNI.
const port = 8080

// builder makes one application.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   Args
	parent pulumi.Resource
	// ready is what runs, so far.
	ready []pulumi.Resource
}

// build makes both parts, and the way in.
func (b *builder) build() (*ingress.Ingress, error) {
	front, err := b.part("front", ingress.NamespaceLabels())
	if err != nil {
		return nil, err
	}
	back, err := b.part("back", nil)
	if err != nil {
		return nil, err
	}
	service, err := b.serve(back, front)
	if err != nil {
		return nil, err
	}
	return b.open(front, back, service)
}

// part is the front or the back: a namespace and what is in it.
type part struct {
	*builder
	// role is front or back, and space the name of its namespace.
	role, space string
	// inside is the cluster once the namespace governs what comes into it.
	inside kube.Target
	// namespace is the namespace's name, after it.
	namespace pulumi.StringInput
}

// part makes the namespace of a part, which lets nobody in or out.
func (b *builder) part(role string, labels map[string]string) (part, error) {
	p := part{builder: b, role: role, space: b.name + "-" + role, inside: b.args.Cluster}
	made, err := namespace.New(b.ctx, p.space, namespace.Args{
		Cluster: b.args.Cluster, ServiceCIDR: b.args.ServiceCIDR, Labels: labels,
		Quota:    map[string]string{"requests.cpu": "2", "requests.memory": "2Gi", "pods": "12"},
		Defaults: namespace.Defaults{CPURequest: "50m", MemoryRequest: "64Mi", MemoryLimit: "64Mi"},
	}, pulumi.Parent(b.parent))
	if err != nil {
		return part{}, err
	}
	p.inside.Ready = slices.Concat(b.args.Cluster.Ready, made.Ready)
	p.namespace = made.Name
	return p, nil
}

// labels select the pods of a part.
func (p part) labels() pulumi.StringMap {
	return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(p.role), "app.kubernetes.io/part-of": pulumi.String(p.name)}
}

// object makes an object of the part. Its logical name is the part's and the key.
func (p part) object(key string, args object.Args, after ...pulumi.Resource) (pulumi.Resource, error) {
	args.Cluster, args.Namespace, args.Labels = p.inside, p.namespace, p.labels()
	name := p.space
	if key != "" {
		name += "-" + key
	}
	return object.New(p.ctx, name, args, p.parent, pulumi.DependsOn(after))
}

// account makes the service account, of which pods get no token: they do not
// talk to the API server.
func (p part) account() (pulumi.Resource, error) {
	return p.object("", object.Args{
		APIVersion: "v1", Kind: "ServiceAccount", Name: p.role, Body: pulumi.Map{"automountServiceAccountToken": pulumi.Bool(false)},
	})
}

// files makes the ConfigMap with the part's files.
func (p part) files(files map[string]string) (pulumi.Resource, error) {
	return p.object("", object.Args{
		APIVersion: "v1", Kind: "ConfigMap", Name: p.role, Body: pulumi.Map{"data": pulumi.ToStringMap(files)},
	})
}

// service makes the Service, whose name is the part's role.
func (p part) service() (pulumi.Resource, error) {
	return p.object("", object.Args{
		APIVersion: "v1", Kind: "Service", Name: p.role, Body: pulumi.Map{"spec": pulumi.Map{
			"type": pulumi.String("ClusterIP"), "selector": p.labels(),
			"ports": pulumi.Array{pulumi.Map{"name": pulumi.String("http"), "port": pulumi.Int(port), "targetPort": pulumi.Int(port)}},
		}},
	})
}

// rules makes network policies by their names.
func (p part) rules(policies map[string]pulumi.Map) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		policy, err := p.object(name, object.Args{
			APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy", Name: name, Body: pulumi.Map{"spec": policies[name]},
		})
		if err != nil {
			return nil, fmt.Errorf("allowing %s: %w", name, err)
		}
		made = append(made, policy)
	}
	return made, nil
}
