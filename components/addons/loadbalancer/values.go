package loadbalancer

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// values are the chart's.
func (a Args) values() pulumi.Map {
	values := pulumi.Map{
		"clusterName": a.Cluster.ClusterName, "region": pulumi.String(a.Region), "vpcId": a.VPCID,
		"serviceAccount":      pulumi.Map{"create": pulumi.Bool(true), "name": pulumi.String(serviceAccount)},
		"replicaCount":        pulumi.Int(a.Replicas),
		"podDisruptionBudget": pulumi.Map{"maxUnavailable": pulumi.Int(1)},
		"priorityClassName":   pulumi.String("system-cluster-critical"),

		"createIngressClassResource": pulumi.Bool(true), "ingressClass": pulumi.String(Class),
		"ingressClassParams": pulumi.Map{"create": pulumi.Bool(true), "name": pulumi.String(Class)},
		// Pods have addresses of the VPC; the way over a node's port would be a hop
		// more, and the port open on every node.
		"defaultTargetType": pulumi.String("ip"),
		"defaultSSLPolicy":  pulumi.String(TLSPolicy),

		// This webhook judges every Service of the cluster and fails closed: while the
		// controller's pods do not run, no other release can make a Service.
		"enableServiceMutatorWebhook": pulumi.Bool(false),
		// Otherwise every update of the release makes a new certificate for the
		// webhooks, and restarts the controller.
		"keepTLSSecret": pulumi.Bool(true),
		// WAF Classic is no more, and Shield Advanced is for who subscribes to it: the
		// role allows neither.
		"enableWaf": pulumi.Bool(false), "enableShield": pulumi.Bool(false), "enableWafv2": pulumi.Bool(!a.DisableWAF),
	}
	if len(a.Tags) > 0 {
		values["defaultTags"] = pulumi.ToStringMap(a.Tags)
	}
	if a.Replicas == 1 {
		// A budget of the only pod would let it be evicted as well as none.
		delete(values, "podDisruptionBudget")
	}
	return values
}
