package controllers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/all"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

type object = map[string]any

const (
	region  = "us-west-2"
	managed = "arn:aws:iam::aws:policy/"
	roleARN = "arn:aws:iam::123456789012:role/"
	elbRole = "kubernetes.io/role/elb"
	intRole = "kubernetes.io/role/internal-elb"
)

// world is an account with a cluster that has two nodes, and the names of what
// is in it.
type world struct {
	t       *testing.T
	acct    *cloud.Account
	session cloud.Session
	client  *kube.Client
	ids     map[string]string
	kinds   map[string]string
	order   []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	acct, err := cloud.Open(cloud.Options{
		Services: append(all.Services(), kube.Service(), cloudtest.Stirring()), Clock: func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, acct: acct, session: cloud.Session{Region: region}, ids: map[string]string{}, kinds: map[string]string{}}
	w.network()
	w.roles()
	w.cluster()
	return w
}

// make makes a resource under a name.
func (w *world) make(name, kind string, p cloud.Props) *cloud.Resource {
	w.t.Helper()
	r, err := w.acct.Create(w.session, kind, "urn:"+name, p)
	if err != nil {
		w.t.Fatalf("making %s: %v", name, err)
	}
	w.ids[name], w.kinds[name] = r.ID, kind
	w.order = append(w.order, name)
	return r
}

func (w *world) tryDelete(name string) error {
	return w.acct.Delete(w.session, w.kinds[name], w.ids[name])
}

func (w *world) delete(names ...string) {
	w.t.Helper()
	for _, name := range names {
		if err := w.tryDelete(name); err != nil {
			w.t.Fatalf("deleting %s: %v", name, err)
		}
	}
}

func (w *world) network() {
	w.make("vpc", cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true, "enableDnsSupport": true})
	vpc := w.ids["vpc"]
	w.make("pods", cloud.VPCCIDRAssociation, cloud.Props{"vpcId": vpc, "cidrBlock": "100.64.0.0/16"})
	w.make("igw", cloud.InternetGateway, cloud.Props{"vpcId": vpc})
	for i, zone := range []string{"a", "b"} {
		for tier, s := range map[string]struct{ cidr, role string }{
			"public": {fmt.Sprintf("10.0.%d.0/24", i), elbRole}, "private": {fmt.Sprintf("10.0.%d.0/20", 16+16*i), intRole}, "pod": {fmt.Sprintf("100.64.%d.0/18", 64*i), ""},
		} {
			tags := object{"tier": tier}
			if s.role != "" {
				tags[s.role] = "1"
			}
			if tier == "private" {
				tags["karpenter.sh/discovery"] = "demo"
			}
			w.make(tier+"-"+zone, cloud.Subnet, cloud.Props{"vpcId": vpc, "cidrBlock": s.cidr, "availabilityZone": region + zone, "tags": tags})
		}
	}
	w.make("eip", cloud.ElasticIP, cloud.Props{"domain": "vpc"})
	w.make("nat", cloud.NATGateway, cloud.Props{"subnetId": w.ids["public-a"], "allocationId": w.ids["eip"]})
	for tier, target := range map[string]cloud.Props{"public": {"gatewayId": w.ids["igw"]}, "private": {"natGatewayId": w.ids["nat"]}} {
		w.make("table-"+tier, cloud.RouteTable, cloud.Props{"vpcId": vpc})
		w.make("route-"+tier, cloud.Route, cloud.Props{"routeTableId": w.ids["table-"+tier], "destinationCidrBlock": "0.0.0.0/0"}.With(target))
		for _, zone := range []string{"a", "b"} {
			w.make("association-"+tier+"-"+zone, cloud.RouteTableAssociation, cloud.Props{"routeTableId": w.ids["table-"+tier], "subnetId": w.ids[tier+"-"+zone]})
		}
	}
	w.make("pod-group", cloud.SecurityGroup, cloud.Props{"vpcId": vpc, "name": "pods", "tags": object{"karpenter.sh/discovery": "demo"}})
}

func (w *world) roles() {
	w.role("cluster", "eks.amazonaws.com", "", "AmazonEKSClusterPolicy")
	w.role("node", "ec2.amazonaws.com", "", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
	w.role("cni", "pods.eks.amazonaws.com", "", "AmazonEKS_CNI_Policy")
}

// role makes a role that a service may assume, with an inline policy that allows
// actions, and managed policies.
func (w *world) role(name, service, actions string, policies ...string) {
	w.t.Helper()
	trusted := []string{"sts:AssumeRole"}
	if strings.HasPrefix(service, "pods.") {
		trusted = append(trusted, "sts:TagSession")
	}
	p := cloud.Props{"name": name, "assumeRolePolicy": text(object{"Version": "2012-10-17", "Statement": []any{object{
		"Effect": "Allow", "Principal": object{"Service": service}, "Action": trusted,
	}}})}
	var arns []string
	for _, policy := range policies {
		arns = append(arns, managed+policy)
	}
	if len(arns) > 0 {
		p["managedPolicyArns"] = cloud.Strings(arns...)
	}
	w.make(name+"-role", cloud.IAMRole, p)
	if actions != "" {
		w.make(name+"-policy", cloud.IAMRolePolicy, cloud.Props{"role": name, "name": "own", "policy": text(object{"Version": "2012-10-17", "Statement": []any{
			object{"Effect": "Allow", "Action": strings.Fields(actions), "Resource": "*"},
		}})})
	}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// cluster makes the cluster, what it needs before nodes, and two nodes.
func (w *world) cluster() {
	made := w.make("cluster", cloud.EKSCluster, cloud.Props{
		"name": "demo", "version": "1.35", "roleArn": roleARN + "cluster", "bootstrapSelfManagedAddons": false,
		"accessConfig": object{"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": true},
		"vpcConfig":    object{"subnetIds": cloud.Strings(w.ids["private-a"], w.ids["private-b"]), "endpointPrivateAccess": true},
	})
	w.make("agent", cloud.EKSAddon, cloud.Props{"clusterName": "demo", "addonName": "eks-pod-identity-agent"})
	zone := func(z string) object {
		return object{"id": w.ids["pod-"+z], "securityGroups": []string{w.ids["pod-group"]}}
	}
	w.make("cni", cloud.EKSAddon, cloud.Props{
		"clusterName": "demo", "addonName": "vpc-cni",
		"podIdentityAssociations": []any{object{"roleArn": roleARN + "cni", "serviceAccount": "aws-node"}},
		"configurationValues": text(object{
			"env":       object{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true", "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone", "ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
			"eniConfig": object{"create": true, "region": region, "subnets": object{region + "a": zone("a"), region + "b": zone("b")}},
		}),
	})
	w.nodes()
	w.connect(made.Props.Str("endpoint"))
}

// connect has the world's calls go to its cluster.
func (w *world) connect(endpoint string) {
	w.t.Helper()
	client, err := kube.NewClient(w.acct, kube.Engine{Location: kube.Outside}, roleARN+"administrator", text(object{
		"current-context": "c",
		"clusters":        []any{object{"name": "k", "cluster": object{"server": endpoint}}},
		"contexts":        []any{object{"name": "c", "context": object{"cluster": "k", "user": "u"}}},
		"users":           []any{object{"name": "u", "user": object{"exec": object{"args": []string{"--region", region}}}}},
	}))
	if err != nil {
		w.t.Fatal(err)
	}
	w.client = client
}

func (w *world) nodes() {
	w.t.Helper()
	w.make("group", cloud.EKSNodeGroup, cloud.Props{
		"clusterName": "demo", "nodeGroupName": "system", "nodeRoleArn": roleARN + "node",
		"subnetIds": cloud.Strings(w.ids["private-a"], w.ids["private-b"]), "instanceTypes": cloud.Strings("m6i.large"),
		"scalingConfig": object{"minSize": 1.0, "desiredSize": 2.0, "maxSize": 3.0},
	})
}

// associate gives a service account a role that allows actions.
func (w *world) associate(name, namespace, account, actions string) {
	w.t.Helper()
	w.role(name, "pods.eks.amazonaws.com", actions)
	w.make(name+"-association", cloud.EKSPodIdentityAssociation, cloud.Props{
		"clusterName": "demo", "namespace": namespace, "serviceAccount": account, "roleArn": roleARN + name,
	})
}

// install installs a chart.
func (w *world) install(chart, repository, namespace string, values object) {
	w.t.Helper()
	name := chart[strings.LastIndex(chart, "/")+1:]
	inputs := cloud.Props{"name": name, "namespace": namespace, "chart": chart, "createNamespace": true, "values": values}
	if repository != "" {
		inputs["repositoryOpts"] = object{"repo": repository}
	}
	if _, err := w.client.Install("urn:"+name, inputs); err != nil {
		w.t.Fatalf("installing %s: %v", chart, err)
	}
}

func (w *world) uninstall(namespace, name string) {
	w.t.Helper()
	if err := w.client.Uninstall(objects.Name{Namespace: namespace, Name: name}); err != nil {
		w.t.Fatalf("uninstalling %s: %v", name, err)
	}
}

// try makes an object.
func (w *world) try(apiVersion, kind, name string, more cloud.Props) (cloud.Props, error) {
	n := objects.ParseID(name)
	metadata := object{"name": n.Name}
	if n.Namespace != "" {
		metadata["namespace"] = n.Namespace
	}
	maps.Copy(metadata, more.Obj("metadata"))
	return w.client.Create(apiVersion, kind, "urn:"+kind+name, more.With(cloud.Props{"metadata": metadata}), false)
}

func (w *world) object(apiVersion, kind, name string, more cloud.Props) cloud.Props {
	w.t.Helper()
	made, err := w.try(apiVersion, kind, name, more)
	if err != nil {
		w.t.Fatalf("making %s %s: %v", kind, name, err)
	}
	return made
}

func (w *world) get(apiVersion, kind, name string) cloud.Props {
	w.t.Helper()
	found, err := w.client.Get(apiVersion, kind, objects.ParseID(name))
	if err != nil && !errors.Is(err, kube.ErrNotFound) {
		w.t.Fatal(err)
	}
	return found
}

func (w *world) tryRemove(apiVersion, kind, name string) error {
	return w.client.Delete(apiVersion, kind, objects.ParseID(name))
}

func (w *world) remove(apiVersion, kind, name string) {
	w.t.Helper()
	if err := w.tryRemove(apiVersion, kind, name); err != nil {
		w.t.Fatalf("removing %s %s: %v", kind, name, err)
	}
}

// owned counts by type what an owner has in the account.
func (w *world) owned(owner string) map[string]int {
	out := map[string]int{}
	for _, r := range w.acct.Resources() {
		if r.Owner == owner && r.Kind != cloud.KubernetesObject {
			out[r.Kind[strings.LastIndex(r.Kind, ":")+1:]]++
		}
	}
	return out
}

func (w *world) wantOwned(owner string, want map[string]int) {
	w.t.Helper()
	if got := w.owned(owner); !maps.Equal(got, want) {
		w.t.Errorf("%s has %v, want %v", owner, got, want)
	}
}

func (w *world) all(kind string) []*cloud.Resource {
	return slices.DeleteFunc(w.acct.Resources(), func(r *cloud.Resource) bool { return r.Kind != kind })
}

// held wants a deletion to be refused because of what is named.
func (w *world) held(name string, words ...string) {
	w.t.Helper()
	wantSaid(w.t, w.tryDelete(name), append(words, "DependencyViolation")...)
}

func wantSaid(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("got no error, want one that says %q", words)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not say %q", err, word)
		}
	}
}

// wantLate wants a failure after the fact, of a rule.
func wantLate(t *testing.T, err error, rule string, words ...string) {
	t.Helper()
	var late *cloud.Late
	if !errors.As(err, &late) || late.Rule.Name != rule {
		t.Errorf("got %v, want the rule %s", err, rule)
		return
	}
	wantSaid(t, err, words...)
}

// said is what a controller says of an object.
func (w *world) said(kind, name, controller string) string {
	for _, r := range w.all(cloud.KubernetesObject) {
		if r.Props.Str("kind") == kind && objects.NameOf(r.Props).ID() == name {
			return r.Facts.Obj("trouble").Str(controller)
		}
	}
	return ""
}
