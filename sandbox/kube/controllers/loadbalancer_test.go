package controllers_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	charts       = "https://aws.github.io/eks-charts"
	lbc          = "aws-load-balancer-controller"
	networking   = "networking.k8s.io/v1"
	albPrefix    = "alb.ingress.kubernetes.io/"
	nlbPrefix    = "service.beta.kubernetes.io/aws-load-balancer-"
	lbcActions   = "elasticloadbalancing:* ec2:*"
	ingressFinal = "ingress.k8s.aws/resources"
)

// balanced is a world with the AWS Load Balancer Controller and a namespace.
func balanced(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.associate("lbc", "kube-system", lbc, lbcActions)
	w.installBalancers()
	w.object("v1", "Namespace", "apps", nil)
	return w
}

func (w *world) installBalancers() {
	w.t.Helper()
	w.install(lbc, charts, "kube-system", object{"clusterName": "demo", "region": region, "vpcId": w.ids["vpc"]})
}

// service makes a Service of a type on port 80.
func (w *world) service(name, kind string) {
	w.t.Helper()
	w.object("v1", "Service", name, cloud.Props{"spec": object{"type": kind, "selector": object{"app": "web"}, "ports": []any{object{"port": 80.0}}}})
}

// ingress are the properties of an Ingress in front of a Service, with
// annotations of the controller.
func ingress(service string, annotations map[string]string) cloud.Props {
	said := object{}
	for k, v := range annotations {
		said[albPrefix+k] = v
	}
	return cloud.Props{"metadata": object{"annotations": said}, "spec": object{
		"ingressClassName": "alb",
		"rules": []any{object{"host": "app.example.com", "http": object{"paths": []any{object{
			"path": "/", "pathType": "Prefix", "backend": object{"service": object{"name": service, "port": object{"number": 80.0}}},
		}}}}},
	}}
}

var (
	open  = map[string]string{"scheme": "internet-facing", "target-type": "ip"}
	whole = map[string]int{"LoadBalancer": 1, "TargetGroup": 1, "Listener": 1, "SecurityGroup": 2}
)

func hostname(o cloud.Props) string {
	for _, i := range o.Obj("status").Obj("loadBalancer").Objs("ingress") {
		return i.Str("hostname")
	}
	return ""
}

func TestIngressMakesALoadBalancer(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.service("apps/web", "ClusterIP")
	made := w.object(networking, "Ingress", "apps/web", ingress("web", open))
	balancer := w.all(cloud.LoadBalancer)[0]
	if host := hostname(made); host == "" || host != balancer.Props.Str("dnsName") || !strings.HasPrefix(balancer.Props.Str("name"), "k8s-apps-web-") {
		t.Errorf("the Ingress is at %q, the load balancer %v", host, balancer.Props)
	}
	w.wantOwned(lbc, whole)
	w.wantOwned("elb", map[string]int{"NetworkInterface": 2})
	if g := w.all(cloud.TargetGroup)[0]; g.Props.Str("targetType") != "ip" {
		t.Errorf("the targets are %v", g.Props)
	}
	w.held("public-b", "ELB app/k8s-apps-web-", "made by elb")
	w.delete("nat", "eip")
	w.held("igw", "some mapped public address(es)", "ELB app/k8s-apps-web-")
	w.held("pod-group", "eni-")

	w.remove(networking, "Ingress", "apps/web")
	if w.get(networking, "Ingress", "apps/web") != nil {
		t.Error("the Ingress is still there")
	}
	w.wantOwned(lbc, map[string]int{})
	w.wantOwned("elb", map[string]int{})
}

// Removing the controller before its Ingress leaves everything, and holds the
// namespace and the network.
func TestControllerGoesBeforeItsIngress(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.service("apps/web", "ClusterIP")
	w.object(networking, "Ingress", "apps/web", ingress("web", open))
	w.uninstall("kube-system", lbc)
	why := []string{"Ingress apps/web", ingressFinal, "aws-load-balancer-controller", "is not installed in cluster demo"}
	wantLate(t, w.tryRemove(networking, "Ingress", "apps/web"), "kubernetes-object-keeps-finalizer", why...)
	wantLate(t, w.tryRemove("v1", "Namespace", "apps"), "kubernetes-content-keeps-finalizer", why...)
	if w.get(networking, "Ingress", "apps/web") == nil || w.get("v1", "Namespace", "apps") == nil || w.get("v1", "Service", "apps/web") != nil {
		t.Error("want the Ingress and its namespace to stay, and the Service to go")
	}
	w.wantOwned(lbc, whole)

	w.delete("group", "cluster", "nat", "eip")
	w.wantOwned(lbc, whole)
	w.wantOwned("elb", map[string]int{"NetworkInterface": 2})
	w.held("public-a", "ELB app/k8s-apps-web-")
	w.held("igw", "some mapped public address(es)", "ELB app/k8s-apps-web-")
	w.held("vpc", "has dependencies")
}

func TestControllerThatComesBackFinishes(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.service("apps/web", "ClusterIP")
	w.object(networking, "Ingress", "apps/web", ingress("web", open))
	w.uninstall("kube-system", lbc)
	if w.tryRemove("v1", "Namespace", "apps") == nil {
		t.Fatal("the namespace went although its Ingress has a finalizer")
	}
	w.installBalancers()
	w.wantOwned(lbc, map[string]int{})
	if w.get(networking, "Ingress", "apps/web") != nil || w.get("v1", "Namespace", "apps") != nil {
		t.Error("the Ingress and its namespace stayed")
	}
}

func TestIngressBeforeItsController(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.associate("lbc", "kube-system", lbc, lbcActions)
	w.object("v1", "Namespace", "apps", nil)
	w.service("apps/web", "ClusterIP")
	w.object(networking, "IngressClass", "alb", cloud.Props{"spec": object{"controller": "ingress.k8s.aws/alb"}, "metadata": object{
		"labels": object{"app.kubernetes.io/managed-by": "Helm"}, "annotations": object{"meta.helm.sh/release-name": lbc, "meta.helm.sh/release-namespace": "kube-system"},
	}})
	_, err := w.try(networking, "Ingress", "apps/web", ingress("web", open))
	wantLate(t, err, "kubernetes-ingress-without-address", "apps/web", "does not run: the chart aws-load-balancer-controller is not installed")
	w.installBalancers()
	if hostname(w.get(networking, "Ingress", "apps/web")) == "" {
		t.Error("the controller did not act on an Ingress that was there before it")
	}
}

func TestIngressOfNobody(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.service("apps/web", "ClusterIP")
	p := ingress("web", nil)
	p.Obj("spec")["ingressClassName"] = "nginx"
	_, err := w.try(networking, "Ingress", "apps/web", p)
	wantLate(t, err, "kubernetes-ingress-without-address", "no controller answers to its class")
	w.wantOwned(lbc, map[string]int{})
	p.Obj("metadata")["annotations"] = object{"pulumi.com/skipAwait": "true"}
	w.object(networking, "Ingress", "apps/other", p)
}

// Each of these is what a controller needs, taken away.
func TestControllerDoesNotRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		take func(w *world)
		want string
	}{
		"association": {func(w *world) { w.delete("lbc-association") }, "role node does not allow ec2:AuthorizeSecurityGroupIngress"},
		"policy":      {func(w *world) { w.delete("lbc-policy") }, "role lbc does not allow ec2:AuthorizeSecurityGroupIngress"},
		"agent":       {func(w *world) { w.delete("agent") }, "does nothing without the add-on eks-pod-identity-agent"},
		"nodes":       {func(w *world) { w.delete("group") }, "stay Pending"},
		"definitions": {func(w *world) {
			w.remove("apiextensions.k8s.io/v1", "CustomResourceDefinition", "targetgroupbindings.elbv2.k8s.aws")
		}, "no custom resource definition of elbv2.k8s.aws/v1beta1/TargetGroupBinding"},
		"pods": {func(w *world) { w.remove("apps/v1", "Deployment", "kube-system/"+lbc) }, "has no Deployment any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := balanced(t)
			w.service("apps/web", "ClusterIP")
			w.object(networking, "Ingress", "apps/web", ingress("web", open))
			tc.take(w)
			wantLate(t, w.tryRemove(networking, "Ingress", "apps/web"), "kubernetes-object-keeps-finalizer", tc.want)
			w.wantOwned(lbc, whole)
		})
	}
}

func TestControllerIsToldItsNetwork(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		values object
		want   string
	}{
		"not at all": {object{"clusterName": "demo"}, "set its values vpcId and region"},
		"wrongly":    {object{"clusterName": "demo", "region": region, "vpcId": "vpc-0"}, "its value vpcId is vpc-0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.deaf()
			w.associate("lbc", "kube-system", lbc, lbcActions)
			w.install(lbc, charts, "kube-system", tc.values)
			w.object("v1", "Namespace", "apps", nil)
			w.service("apps/web", "ClusterIP")
			_, err := w.try(networking, "Ingress", "apps/web", ingress("web", open))
			wantLate(t, err, "kubernetes-ingress-without-address", tc.want)
		})
	}
}

// deaf makes the nodes anew with metadata that their pods do not hear.
func (w *world) deaf() {
	w.t.Helper()
	w.delete("group")
	template := w.make("template", cloud.LaunchTemplate, cloud.Props{"name": "deaf", "metadataOptions": object{"httpTokens": "required", "httpPutResponseHopLimit": 1.0}})
	w.make("group", cloud.EKSNodeGroup, cloud.Props{
		"clusterName": "demo", "nodeGroupName": "system", "nodeRoleArn": roleARN + "node", "launchTemplate": object{"id": template.ID, "version": "1"},
		"subnetIds": cloud.Strings(w.ids["private-a"], w.ids["private-b"]), "instanceTypes": cloud.Strings("m6i.large"),
		"scalingConfig": object{"minSize": 1.0, "desiredSize": 2.0, "maxSize": 3.0},
	})
}

// What keeps a load balancer from being made is said of the Ingress.
func TestIngressThatCannotBeServed(t *testing.T) {
	t.Parallel()
	with := func(more map[string]string) map[string]string {
		out := map[string]string{}
		for k, v := range open {
			out[k] = v
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	for name, tc := range map[string]struct {
		before func(w *world)
		said   map[string]string
		want   string
	}{
		"subnets in one zone": {func(w *world) { w.tag("public-b", object{"tier": "public"}) }, open, "want subnets in 2 zones"},
		"subnets of another cluster": {
			func(w *world) { w.tag("public-b", object{elbRole: "1", "kubernetes.io/cluster/other": "shared"}) }, open, "1 are tagged for other clusters",
		},
		"unknown subnets":            {nil, with(map[string]string{"subnets": "subnet-0"}), "couldn't find all subnets"},
		"unknown security groups":    {nil, with(map[string]string{"security-groups": "sg-0"}), "couldn't find all security groups"},
		"unknown scheme":             {nil, with(map[string]string{"scheme": "public"}), "unknown scheme: public"},
		"unknown target type":        {nil, with(map[string]string{"target-type": "pod"}), `target type "pod"`},
		"target type instance":       {nil, map[string]string{"scheme": "internal"}, "service type must be either 'NodePort' or 'LoadBalancer'"},
		"target type ip without CNI": {func(w *world) { w.delete("cni") }, open, "target-type ip needs pods with addresses of the VPC"},
		"ports":                      {nil, with(map[string]string{"listen-ports": "80"}), "failed to parse listen-ports"},
		"protocol":                   {nil, with(map[string]string{"listen-ports": `[{"TCP": 80}]`}), "HTTP or HTTPS"},
		"redirect":                   {nil, with(map[string]string{"ssl-redirect": "443"}), "ssl-redirect port 443"},
		"certificate":                {nil, with(map[string]string{"certificate-arn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}), "CertificateNotFound"},
		"bucket of logs":             {nil, with(map[string]string{"load-balancer-attributes": "access_logs.s3.enabled=true,access_logs.s3.bucket=nobodys"}), "Access Denied for bucket: nobodys"},
		"name":                       {nil, with(map[string]string{"load-balancer-name": strings.Repeat("a", 33)}), "ValidationError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := balanced(t)
			w.service("apps/web", "ClusterIP")
			if tc.before != nil {
				tc.before(w)
			}
			_, err := w.try(networking, "Ingress", "apps/web", ingress("web", tc.said))
			wantLate(t, err, "kubernetes-ingress-without-address", "says: ", tc.want)
			w.remove(networking, "Ingress", "apps/web")
			w.wantOwned(lbc, map[string]int{})
		})
	}
	t.Run("no such service", func(t *testing.T) {
		t.Parallel()
		_, err := balanced(t).try(networking, "Ingress", "apps/web", ingress("web", open))
		wantLate(t, err, "kubernetes-ingress-without-address", `services "web" not found`)
	})
}

func TestSubnetsWithoutTagsAreChosenByTheirRoutes(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	for _, name := range []string{"public-a", "public-b", "private-a", "private-b"} {
		w.tag(name, object{})
	}
	w.service("apps/web", "ClusterIP")
	w.object(networking, "Ingress", "apps/web", ingress("web", open))
	w.held("public-b", "ELB app/")
}

// tag gives a subnet other tags.
func (w *world) tag(name string, tags object) {
	w.t.Helper()
	if err := w.acct.Change(w.session, "tag", func(tx *cloud.Tx) error {
		s := tx.Get(cloud.Subnet, w.ids[name])
		s.Props["tags"], s.Props["tagsAll"] = tags, tags
		tx.Put(s)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
}

func TestGroupSharesALoadBalancer(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	shared := map[string]string{"scheme": "internet-facing", "target-type": "ip", "group.name": "apps"}
	w.service("apps/web", "ClusterIP")
	w.service("apps/api", "ClusterIP")
	first := w.object(networking, "Ingress", "apps/web", ingress("web", shared))
	second := w.object(networking, "Ingress", "apps/api", ingress("api", shared))
	if hostname(first) == "" || hostname(first) != hostname(second) {
		t.Errorf("they are at %q and %q", hostname(first), hostname(second))
	}
	w.wantOwned(lbc, map[string]int{"LoadBalancer": 1, "TargetGroup": 2, "Listener": 1, "SecurityGroup": 2})
	w.remove(networking, "Ingress", "apps/web")
	w.wantOwned(lbc, whole)
	_, err := w.try(networking, "Ingress", "apps/third", ingress("api", map[string]string{"scheme": "internal", "target-type": "ip", "group.name": "apps"}))
	wantLate(t, err, "kubernetes-ingress-without-address", "conflicting scheme")
	w.remove(networking, "Ingress", "apps/third")
	w.remove(networking, "Ingress", "apps/api")
	w.wantOwned(lbc, map[string]int{})
}

func TestDeletionProtectionHoldsTheIngress(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.service("apps/web", "ClusterIP")
	said := map[string]string{"scheme": "internal", "target-type": "ip", "load-balancer-attributes": "idle_timeout.timeout_seconds=30,deletion_protection.enabled=true"}
	w.object(networking, "Ingress", "apps/web", ingress("web", said))
	wantLate(t, w.tryRemove(networking, "Ingress", "apps/web"), "kubernetes-object-keeps-finalizer", "OperationNotPermitted", "deletion protection is enabled")
	w.wantOwned(lbc, whole)
}

func TestSchemeChangeReplacesTheLoadBalancer(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.service("apps/web", "ClusterIP")
	w.object(networking, "Ingress", "apps/web", ingress("web", open))
	before := w.all(cloud.LoadBalancer)[0]
	changed := ingress("web", map[string]string{"scheme": "internal", "target-type": "ip"})
	changed.Obj("metadata")["name"], changed.Obj("metadata")["namespace"] = "web", "apps"
	if _, err := w.client.Update(networking, "Ingress", changed); err != nil {
		t.Fatal(err)
	}
	after := w.all(cloud.LoadBalancer)[0]
	if after.ID == before.ID || !after.Props.Bool("internal") || len(w.all(cloud.LoadBalancer)) != 1 {
		t.Errorf("%s became %s", before.ID, after.ID)
	}
	w.held("private-a", "eni-")
	w.delete("nat", "eip", "igw")
}

func TestServiceMakesANetworkLoadBalancer(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.service("apps/web", "LoadBalancer")
	if b := w.all(cloud.LoadBalancer)[0]; b.Props.Str("loadBalancerType") != "network" || !b.Props.Bool("internal") || hostname(w.get("v1", "Service", "apps/web")) != b.Props.Str("dnsName") {
		t.Errorf("got %v", b.Props)
	}
	w.wantOwned(lbc, whole)
	w.uninstall("kube-system", lbc)
	wantLate(t, w.tryRemove("v1", "Service", "apps/web"), "kubernetes-object-keeps-finalizer", "service.k8s.aws/resources")
	w.installBalancers()
	w.wantOwned(lbc, map[string]int{})
}

func TestServiceThatNobodyServes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	spec := object{"type": "LoadBalancer", "ports": []any{object{"port": 80.0}}, "selector": object{"app": "web"}}
	_, err := w.try("v1", "Service", "default/web", cloud.Props{"spec": spec})
	wantLate(t, err, "kubernetes-service-without-address", "not allocated an IP address", "no Classic Load Balancers")
	w.associate("lbc", "kube-system", lbc, lbcActions)
	w.installBalancers()
	w.wantOwned(lbc, map[string]int{}) // The webhook did not see it.
	_, err = w.try("v1", "Service", "default/other", cloud.Props{"spec": spec, "metadata": object{"annotations": object{nlbPrefix + "scheme": "public"}}})
	wantLate(t, err, "kubernetes-service-without-address", "unknown scheme: public")
}

// A target's interface with two groups of which both, or none, are marked as the
// cluster's is one the controller does not touch.
func TestTwoGroupsOnATarget(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.service("apps/web", "ClusterIP")
	if err := w.acct.Change(w.session, "edit", func(tx *cloud.Tx) error {
		for _, nic := range tx.List(cloud.NetworkInterface, cloud.Contains("securityGroups", w.ids["pod-group"])) {
			nic.Props["securityGroups"] = append(nic.Props.List("securityGroups"), tx.Get(cloud.VPC, w.ids["vpc"]).Props["defaultSecurityGroupId"])
			tx.Put(nic)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	_, err := w.try(networking, "Ingress", "apps/web", ingress("web", open))
	wantLate(t, err, "kubernetes-ingress-without-address", "expected exactly one securityGroup tagged with kubernetes.io/cluster/demo")
}
