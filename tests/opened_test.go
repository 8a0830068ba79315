package tests

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/reach"
	traffic "github.com/slipway-iac/slipway/reach/flow"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// opening opens the way between two places of an environment, one thing after the
// other, until nothing stops packets.
type opening struct {
	t         *testing.T
	resources []reach.Resource
	// from and to are one pair of places, port what is opened for them.
	from, to string
	port     int
	// did is what was opened, in words; named what the trace must say of it.
	did, named []string
}

// door is how to get past one kind of thing that stops packets: at and why are what
// [reach.Blocker] says of it, open is given what at matched.
type door struct {
	at, why string
	open    func(o *opening, at []string)
}

var doors = []door{
	{`^out of .*, security group ([^,]+)`, ``, func(o *opening, at []string) {
		o.rule(cloud.SecurityGroupEgressRule, at[1])
	}},
	{`^into .*, security group ([^,]+)`, ``, func(o *opening, at []string) {
		o.rule(cloud.SecurityGroupIngressRule, at[1])
	}},
	{`^network policies of pods of namespace (.+)$`, ``, func(o *opening, at []string) {
		ports := []any{map[string]any{"ports": []any{map[string]any{"protocol": "TCP", "port": float64(o.port)}}}}
		o.add("kubernetes:networking.k8s.io/v1:NetworkPolicy", at[1], map[string]any{
			"metadata": map[string]any{"name": "opened", "namespace": at[1]},
			"spec":     map[string]any{"podSelector": map[string]any{}, "policyTypes": []any{"Ingress", "Egress"}, "ingress": ports, "egress": ports},
		})
	}},
	{`^network ACL (\S+), (out of|into) subnet`, ``, func(o *opening, at []string) {
		o.entry(at[1], at[2] == "out of", o.port, o.port)
	}},
	{`^network ACL (\S+), for the answers at subnet`, ``, func(o *opening, at []string) {
		// Answers to what came in go out, those to what went out come in.
		o.entry(at[1], !o.has(fmt.Sprintf("opened-%s-out-%d", at[1], o.port)), 1024, traffic.MaxPort)
	}},
	{`^route table (\S+)$`, `has no route to`, func(o *opening, at []string) {
		o.add(cloud.Route, at[1], map[string]any{"routeTableId": o.find(cloud.RouteTable, at[1]).ID, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": o.find(cloud.NATGateway, "").ID})
	}},
	{`^route table (\S+)$`, `does not lead to the internet gateway`, func(o *opening, at []string) {
		o.add(cloud.Route, at[1], map[string]any{"routeTableId": o.find(cloud.RouteTable, at[1]).ID, "destinationCidrBlock": "203.0.113.0/24", "gatewayId": o.find(cloud.InternetGateway, "").ID})
	}},
	{`^(nodes-\S+) in (\S+)$`, `no public address`, func(o *opening, at []string) {
		o.change(cloud.Subnet, at[2], "mapPublicIpOnLaunch", "to the public address of "+at[0])
	}},
	{`^(database) in \S+$`, `no public address`, func(o *opening, at []string) {
		o.change(cloud.DBInstance, at[1], "publiclyAccessible", "to the public address of "+at[0])
	}},
	{`^network-nat-\S+ in (\S+)$`, `takes no connections`, func(o *opening, at []string) {
		// A NAT gateway has no door. What else might stand there has.
		group := o.add(cloud.SecurityGroup, "beside", map[string]any{"vpcId": o.find(cloud.VPC, "").ID, "ingress": []any{}, "egress": []any{}})
		o.named = nil // The group says nothing but who stands behind it.
		host := o.add(cloud.Instance, "host", map[string]any{"subnetId": o.find(cloud.Subnet, at[1]).ID, "vpcSecurityGroupIds": []any{group}, "associatePublicIpAddress": true})
		o.to = host + " in " + at[1]
	}},
}

// shut are the places that nothing opens, by what stops the packets, with why.
var shut = []struct{ at, why, reason string }{
	{`^pods of `, `no public address`, "pods never have a public address: internet reaches a load balancer, and that the pods"},
	{`^cluster-eksCluster in `, `no public address`, "EKS gives the control plane's interfaces no public address; its public endpoint is not in the VPC"},
}

// find is a resource of a type, by its name unless that is "".
func (o *opening) find(typ, name string) reach.Resource {
	o.t.Helper()
	for _, r := range o.resources {
		if r.Type == typ && (name == "" || r.Name == name) {
			return r
		}
	}
	o.t.Fatalf("no %s %s", typ, name)
	return reach.Resource{}
}

func (o *opening) has(name string) bool {
	return slices.ContainsFunc(o.resources, func(r reach.Resource) bool { return r.Name == name })
}

// add makes a resource; its name and identifier begin with opened.
func (o *opening) add(typ, name string, properties map[string]any) string {
	name = "opened-" + name
	o.did = append(o.did, "add "+kindOf(typ)+" "+name)
	o.named = append(o.named, name)
	o.resources = append(o.resources, reach.Resource{Type: typ, Name: name, URN: "urn::" + typ + "::" + name, ID: name, Properties: properties})
	return name
}

func kindOf(typ string) string { return typ[strings.LastIndex(typ, ":")+1:] }

// change sets a switch of a resource.
func (o *opening) change(typ, name, property, says string) {
	o.did, o.named = append(o.did, fmt.Sprintf("set %s of %s %s", property, kindOf(typ), name)), append(o.named, says)
	o.resources = change(o.t, o.resources, typ, name, map[string]any{property: true})
}

// rule opens a security group to everybody.
func (o *opening) rule(typ, group string) {
	id := ""
	if cluster, is := strings.CutPrefix(group, "cluster security group of "); is {
		config, _ := o.find(cloud.EKSCluster, cluster).Properties["vpcConfig"].(map[string]any)
		id, _ = config["clusterSecurityGroupId"].(string)
		group = "cluster"
	} else {
		id = o.find(cloud.SecurityGroup, group).ID
	}
	direction := map[string]string{cloud.SecurityGroupEgressRule: "out", cloud.SecurityGroupIngressRule: "in"}[typ]
	o.add(typ, group+"-"+direction, map[string]any{"securityGroupId": id, "ipProtocol": "tcp", "fromPort": float64(o.port), "toPort": float64(o.port), "cidrIpv4": "0.0.0.0/0"})
}

// entry puts an entry into a network ACL, before all others.
func (o *opening) entry(acl string, egress bool, from, to int) {
	direction := map[bool]string{true: "out", false: "in"}[egress]
	o.add(cloud.NetworkACLRule, fmt.Sprintf("%s-%s-%d", acl, direction, from), map[string]any{
		"networkAclId": o.find(cloud.NetworkACL, acl).ID, "egress": egress, "ruleNumber": float64(len(o.did) + 1), "ruleAction": "allow",
		"protocol": "tcp", "cidrBlock": "0.0.0.0/0", "fromPort": float64(from), "toPort": float64(to),
	})
}

// ask is the pair of places that is opened.
func (o *opening) ask(from, to reach.Endpoint) reach.Pair {
	o.t.Helper()
	n := reach.New(o.resources)
	if strings.HasPrefix(o.to, "opened-") {
		to = reach.Named("opened-host")
	}
	r, err := n.From(from).Over(traffic.Port(traffic.TCP, o.port)).To(to)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, p := range r.Pairs {
		if o.from == "" || p.From.String() == o.from && p.To.String() == o.to {
			o.from, o.to = p.From.String(), p.To.String()
			return p
		}
	}
	o.t.Fatalf("%s to %s: no longer there", o.from, o.to)
	return reach.Pair{}
}

// open opens a pair until it answers yes, or tells why nothing does.
func (o *opening) open(from, to reach.Endpoint) (shutBy string) {
	o.t.Helper()
	const most = 12
	for range most {
		p := o.ask(from, to)
		what := traffic.Port(traffic.TCP, o.port)
		why := p.Explain()
		if p.Answer(what) == reach.AnswerYes {
			text := p.Text(what)
			for _, want := range o.named {
				if !strings.Contains(text, want) {
					o.t.Errorf("%s to %s: opened by %s, and the trace does not say %q:\n%s", from, to, strings.Join(o.did, ", "), want, text)
				}
			}
			return ""
		}
		if why.Blocked == nil {
			o.t.Fatalf("%s to %s: a no without a reason:\n%s", from, to, p.Text(what))
		}
		for _, s := range shut {
			if matches(s.at, why.Blocked.At) && matches(s.why, why.Blocked.Why) {
				return s.reason
			}
		}
		i := slices.IndexFunc(doors, func(d door) bool { return matches(d.at, why.Blocked.At) && matches(d.why, why.Blocked.Why) })
		if i < 0 {
			o.t.Fatalf("%s to %s, after %v: nobody knows a way past %s", from, to, o.did, why.Blocked)
		}
		before := len(o.did)
		doors[i].open(o, regexp.MustCompile(doors[i].at).FindStringSubmatch(why.Blocked.At))
		if done := o.did[before:]; slices.ContainsFunc(done, func(d string) bool { return slices.Contains(o.did[:before], d) }) {
			o.t.Fatalf("%s to %s: %v did not get past %s", from, to, done, why.Blocked)
		}
	}
	o.t.Fatalf("%s to %s: still closed after %v", from, to, o.did)
	return ""
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }

// assertEachNoIsOpened opens, for each two groups of an environment between which
// nothing gets through, what stops one pair of their places, and wants the answer
// to become yes and the path to name what was opened. What it took is a golden file.
func assertEachNoIsOpened(t *testing.T, name string, resources []reach.Resource, m reach.Matrix) {
	t.Helper()
	var text strings.Builder
	for _, row := range m.Cells {
		for _, r := range row {
			if r == nil || !r.May().Empty() {
				continue
			}
			o := &opening{t: t, resources: slices.Clone(resources), port: 7777}
			if r.Pairs[0].To.Role == reach.RoleLoadBalancers {
				o.port = 443 // The controller opens its listeners, and no other port.
			}
			if reason := o.open(r.From, r.To); reason != "" {
				fmt.Fprintf(&text, "%s to %s: shut: %s\n", r.From, r.To, reason)
				continue
			}
			fmt.Fprintf(&text, "%s to %s, port %d: %s\n", o.from, o.to, o.port, strings.Join(o.did, "; "))
		}
	}
	golden.Equal(t, filepath.Join("testdata", name+".opened.golden"), text.String())
}

// assertALoadBalancerOpensPods holds that where nothing gets from the internet to the
// pods of a namespace, an Ingress takes it there in two halves.
func assertALoadBalancerOpensPods(t *testing.T, resources []reach.Resource) {
	t.Helper()
	o := &opening{t: t, resources: slices.Clone(resources), port: 7777}
	o.add("kubernetes:networking.k8s.io/v1:Ingress", "front", map[string]any{
		"metadata": map[string]any{"name": "front", "namespace": "apps", "annotations": map[string]any{
			"alb.ingress.kubernetes.io/scheme": "internet-facing", "alb.ingress.kubernetes.io/target-type": "ip", "alb.ingress.kubernetes.io/listen-ports": `[{"HTTPS":7777}]`,
		}},
		"spec": map[string]any{"ingressClassName": "alb"},
	})
	o.open(reach.Internet, reach.Named("opened-front"))
	o.from, o.to = "", ""
	o.open(reach.Named("opened-front"), reach.Namespace("apps"))
	if want := []string{"add Ingress opened-front", "add NetworkPolicy opened-apps"}; !slices.Equal(o.did, want) {
		t.Errorf("it took %v, want %v", o.did, want)
	}
}
