package tests

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/reach"
	traffic "github.com/slipway-iac/slipway/reach/flow"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/backup"
	"github.com/slipway-iac/slipway/sandbox/cloud/route53"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/pods"
	"github.com/slipway-iac/slipway/sandbox/latency"
	"github.com/slipway-iac/slipway/sandbox/timeline"
	"github.com/slipway-iac/slipway/stacks/platform"
)

// assertRequest follows a request for the sample application through an account:
// from its name to a load balancer, to the pods of the front, to those of the back
// behind their Service, to the database. What there is to see of a hop is asked of
// the account's own resources, and of reach whether packets make it.
func assertRequest(t *testing.T, s *engine.Session, c platform.Environment) {
	t.Helper()
	ask(t, s, c, func(tx *cloud.Tx) {
		cluster := tx.Get(cloud.EKSCluster, c.Cluster.ClusterName)
		balancer := assertName(t, tx, "sample."+c.DNS.Domain)
		service := assertBalancer(t, tx, balancer)
		assertPods(t, tx, cluster, service)
		// The front passes requests on to the name of the back's Service.
		config := objects.Find(tx, cluster, "v1", "ConfigMap", objects.Name{Namespace: "sample-front", Name: "front"})
		if config == nil || !strings.Contains(toText(t, config.Props["data"]), "http://back.sample-back.svc.cluster.local:8080") {
			t.Errorf("the front does not pass requests on to the back: %v", config)
		}
		back := objects.Name{Namespace: "sample-back", Name: "back"}
		assertPods(t, tx, cluster, back)
		database := tx.One(cloud.DBInstance)
		assertBackedUp(t, tx)
		app := objects.Find(tx, cluster, "apps/v1", "Deployment", back)
		if host := database.Props.Str("address"); app == nil || host == "" || !strings.Contains(toText(t, app.Props["spec"]), host) {
			t.Errorf("the back is not told where the database is: %s", host)
		}
	})
	n := reach.New(exported(t, s))
	for _, hop := range []struct {
		from, to reach.Endpoint
		port     int
	}{
		{reach.Internet, reach.InRole(reach.RoleLoadBalancers), 443},
		{reach.InRole(reach.RoleLoadBalancers), reach.Named("sample-front"), 8080},
		{reach.Named("sample-front"), reach.Named("sample-back"), 8080},
		{reach.Named("sample-back"), reach.InRole(reach.RoleData), 5432},
	} {
		what := traffic.Port(traffic.TCP, hop.port)
		r, err := n.From(hop.from).Over(what).To(hop.to)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Pairs {
			if p.Answer(what) != reach.AnswerYes {
				t.Errorf("a packet of the request does not get through:\n%s", p.Text(what))
			}
			// Pods have addresses of their own, and are reached by them.
			for _, place := range []*reach.Place{p.From, p.To} {
				if place.Role == reach.RolePods && place.Tier != "pod" {
					t.Errorf("%s are in the tier %s, want addresses of their own", place, place.Tier)
				}
			}
		}
		if len(r.Pairs) == 0 {
			t.Errorf("nothing is on the way from %v to %v", hop.from, hop.to)
		}
	}
}

// assertName looks a name up in the account's public zone, and returns the load
// balancer that it leads to.
func assertName(t *testing.T, tx *cloud.Tx, host string) *cloud.Resource {
	t.Helper()
	zones := route53.ZonesFor(tx, host)
	if len(zones) != 1 || len(zones[0].Props.Objs("vpcs")) > 0 {
		t.Fatalf("%s is in the zones %v, want one that is public", host, zones)
	}
	record := route53.Find(tx, zones[0].ID, host, "A")
	if record == nil || record.Owner != "external-dns" {
		t.Fatalf("%s has no record of external-dns", host)
	}
	alias := record.Props.Objs("aliases")[0]
	balancer := tx.One(cloud.LoadBalancer, cloud.Prop("dnsName", alias.Str("name")), cloud.Prop("zoneId", alias.Str("zoneId")))
	if balancer == nil {
		t.Fatalf("%s leads to %s, which is no load balancer", host, alias.Str("name"))
	}
	return balancer
}

// assertBalancer holds that a load balancer stands in public subnets, speaks TLS
// with an issued certificate, logs what it does and knows its targets by their own
// addresses. It returns the Service whose pods these are.
func assertBalancer(t *testing.T, tx *cloud.Tx, balancer *cloud.Resource) objects.Name {
	t.Helper()
	for _, id := range balancer.Props.Strs("subnets") {
		if tier := tx.Get(cloud.Subnet, id).Props.StrMap("tagsAll")["slipway:tier"]; tier != "public" {
			t.Errorf("the load balancer is in %s of the tier %q", id, tier)
		}
	}
	logs := tx.Get(cloud.Bucket, balancer.Props.Obj("accessLogs").Str("bucket"))
	if logs == nil || tx.Get(cloud.BucketObject, logs.ID+"/AWSLogs/"+tx.AccountID()+"/ELBAccessLogTestFile") == nil {
		t.Errorf("its access logs are %v, of which nothing is in the bucket", balancer.Props.Obj("accessLogs"))
	}
	secure := tx.One(cloud.Listener, cloud.Prop("loadBalancerArn", balancer.ID), cloud.Prop("port", 443.0), cloud.Prop("protocol", "HTTPS"))
	if secure == nil {
		t.Fatal("the load balancer has no listener for HTTPS")
	}
	for _, arn := range secure.Props.Strs("certificateArns") {
		if cert := tx.Get(cloud.Certificate, arn); cert == nil || cert.Props.Str("status") != "ISSUED" {
			t.Errorf("it shows certificate %s, which is not issued", arn)
		}
	}
	targets := secure.Props.Strs("targetGroupArns")
	if len(targets) != 1 {
		t.Fatalf("it sends requests to %v, want one target group", targets)
	}
	group := tx.Get(cloud.TargetGroup, targets[0])
	if group.Props.Str("targetType") != "ip" || group.Props.Str("vpcId") != balancer.Props.Str("vpcId") {
		t.Errorf("its targets are %v, want addresses in its VPC", group.Props)
	}
	service, _, _ := strings.Cut(group.Props.StrMap("tagsAll")["ingress.k8s.aws/resource"], ":")
	namespace, name, _ := strings.Cut(service, "/")
	return objects.Name{Namespace: namespace, Name: name}
}

// assertPods holds that a Service has an address in the cluster and running pods
// behind it.
func assertPods(t *testing.T, tx *cloud.Tx, cluster *cloud.Resource, name objects.Name) {
	t.Helper()
	service := objects.Find(tx, cluster, "v1", "Service", name)
	if service == nil {
		t.Fatalf("there is no Service %s", name.ID())
	}
	spec := service.Props.Obj("spec")
	if _, err := netip.ParseAddr(spec.Str("clusterIP")); err != nil || spec.Str("type") == "NodePort" {
		t.Errorf("Service %s: %v", name.ID(), spec)
	}
	if n := pods.Look(tx, cluster).Behind(name.Namespace, spec.Obj("selector")); n == 0 {
		t.Errorf("no pod runs behind Service %s", name.ID())
	}
}

// assertBackedUp holds that AWS Backup finds the database, the files of users and
// the back's volume, which the environment's key encrypts, and nothing else.
func assertBackedUp(t *testing.T, tx *cloud.Tx) {
	t.Helper()
	var found []string
	for _, r := range backup.Selected(tx) {
		found = append(found, r.Kind)
		if r.Kind == cloud.Volume && tx.One(cloud.KMSKey, cloud.Prop("arn", r.Props.Str("kmsKeyId"))) == nil {
			t.Errorf("volume %s is under %q", r.ID, r.Props.Str("kmsKeyId"))
		}
	}
	slices.Sort(found)
	if want := []string{cloud.Volume, cloud.DBInstance, cloud.Bucket}; !slices.Equal(found, want) {
		t.Errorf("backed up are %v, want %v", found, want)
	}
}

// before is an order that AWS needs: what is first is made first and goes last.
// Names are those of resources, or their beginnings.
var before = []struct{ first, then, why string }{
	{"cluster-eksCluster", "nodes-system", "nodes join a cluster"},
	{"addons-before-nodes-vpc-cni", "nodes-system", "nodes are not ready without the CNI, and leave interfaces behind when it goes first"},
	{"network-private-a", "nodes-system", "nodes need their route to join"},
	{"nodes-system", "aws-load-balancer-controller", "its pods run on nodes"},
	{"aws-load-balancer-controller", "sample", "nobody else makes, and takes away, the load balancer"},
	{"external-dns", "sample", "nobody else writes, and deletes, the record"},
	{"logs", "sample", "ELB tries the bucket when the load balancer is made"},
	{"logs", "network-flow-logs", "flow logs try their bucket"},
	{"certificate", "sample", "a listener takes an issued certificate only"},
	{"zone", "certificate", "the certificate is proven by a record in the zone"},
	{"network-data-a", "database", "the database is in subnets"},
	{"data", "database", "its storage is encrypted by the key"},
	{"storage", "sample-back", "the volume is of that class"},
}

// kinds are the types that the orders are about, as names are not one type's own.
var kinds = map[string][]string{
	"cluster-eksCluster": {cloud.EKSCluster}, "nodes-system": {cloud.EKSNodeGroup}, "addons-before-nodes-vpc-cni": {cloud.EKSAddon},
	"network-private-a": {cloud.Route, cloud.RouteTableAssociation}, "network-data-a": {cloud.Subnet}, "network-flow-logs": {cloud.FlowLog},
	"aws-load-balancer-controller": {"kubernetes:helm.sh/v3:Release"}, "external-dns": {"kubernetes:helm.sh/v3:Release"},
	"sample": {"kubernetes:networking.k8s.io/v1:Ingress"}, "logs": {cloud.BucketPolicy, cloud.BucketEncryption},
	"certificate": {cloud.CertificateValidation}, "zone": {cloud.Route53Zone},
	"database": {cloud.DBInstance}, "data": {cloud.KMSKey},
	"storage": {"kubernetes:storage.k8s.io/v1:StorageClass"}, "sample-back": {"kubernetes:core/v1:PersistentVolumeClaim"},
}

// assertOrder holds that an update did things in the order that AWS needs: what is
// made later starts when the other has ended, and what is deleted goes the other
// way round.
func assertOrder(t *testing.T, took *timeline.Timeline, verb latency.Verb) {
	t.Helper()
	find := func(name string) []timeline.Operation {
		var found []timeline.Operation
		for _, o := range took.Operations {
			if o.Verb == verb && o.Name == name && slices.Contains(kinds[name], o.Type) {
				found = append(found, o)
			}
		}
		if len(found) == 0 {
			t.Errorf("there is no %s of %s", verb, name)
		}
		return found
	}
	for _, order := range before {
		for _, a := range find(order.first) {
			for _, b := range find(order.then) {
				if verb == latency.Delete {
					a, b = b, a
				}
				if b.Start < a.End {
					t.Errorf("%s of %s %s begins at %d, before that of %s %s ends at %d: %s", verb, b.Type, b.Name, b.Start, a.Type, a.Name, a.End, order.why)
				}
			}
		}
	}
}
