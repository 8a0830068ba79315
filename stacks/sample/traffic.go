package sample

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
)

// Who may talk to whom. The namespaces forbid everything but questions for names;
// what is written here is all that is allowed besides. See
// https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html

// private are the ranges in which S3 is not: its gateway endpoint leads to public
// addresses, which change.
func private() []string {
	return []string{"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}
}

type peers []any

// within are those in ranges of addresses.
func within(cidrs []string) peers {
	var all peers
	for _, cidr := range cidrs {
		all = append(all, map[string]any{"ipBlock": map[string]any{"cidr": cidr}})
	}
	return all
}

// pods are those of the other part.
func pods(p part) peers {
	return peers{map[string]any{
		"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": p.space}},
		"podSelector":       map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/name": p.role}},
	}}
}

func tcp(port int) []any { return []any{map[string]any{"protocol": "TCP", "port": port}} }

// from lets others in to the pods of a part.
func (p part) from(others peers) pulumi.Map {
	return p.policy("Ingress", map[string]any{"ingress": []any{map[string]any{"from": []any(others), "ports": tcp(port)}}})
}

// to lets the pods of a part out to others.
func (p part) to(others peers, port int) pulumi.Map {
	return p.policy("Egress", map[string]any{"egress": []any{map[string]any{"to": []any(others), "ports": tcp(port)}}})
}

func (p part) policy(direction string, rules map[string]any) pulumi.Map {
	spec := pulumi.ToMap(rules)
	spec["podSelector"] = pulumi.Map{"matchLabels": p.labels()}
	spec["policyTypes"] = pulumi.ToStringArray([]string{direction})
	return spec
}

// frontTraffic is what the front needs.
func (b *builder) frontTraffic(front, back part) map[string]pulumi.Map {
	return map[string]pulumi.Map{
		"from-load-balancer": front.from(within(b.args.LoadBalancerCIDRs)),
		"to-back":            front.to(pods(back), port),
	}
}

// backTraffic is what the back needs.
func (b *builder) backTraffic(back, front part) map[string]pulumi.Map {
	s3 := peers{map[string]any{"ipBlock": map[string]any{"cidr": "0.0.0.0/0", "except": private()}}}
	all := map[string]pulumi.Map{
		"from-front":     back.from(pods(front)),
		"to-credentials": back.to(within([]string{kube.PodIdentityAgent + "/32"}), 80),
		"to-bucket":      back.to(s3, 443),
	}
	if b.args.Database.given() {
		all["to-database"] = back.to(within(b.args.Database.CIDRs), b.args.Database.Port)
	}
	return all
}
