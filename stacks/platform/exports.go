package platform

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// export publishes what people and other stacks need.
func (e Environment) export(ctx *pulumi.Context, b *blocks) {
	// For whoever uses the cluster.
	ctx.Export("clusterName", b.cluster.Name)
	ctx.Export("clusterEndpoint", b.cluster.Endpoint)
	ctx.Export("kubeconfigCommand", pulumi.Sprintf("aws eks update-kubeconfig --region %s --name %s", e.Region, b.cluster.Name))
	ctx.Export("oidcIssuer", b.cluster.OIDCIssuer)

	// For whoever puts something beside it.
	ctx.Export("vpcId", b.network.VPCID)
	ctx.Export("privateSubnetIds", b.network.PrivateSubnetIDs)
	ctx.Export("dataSubnetIds", b.network.DataSubnetIDs)
	ctx.Export("podSubnetIds", b.network.PodSubnetIDByZone)
	ctx.Export("publicSubnetIds", b.network.PublicSubnetIDs)
	ctx.Export("podSecurityGroupId", b.cluster.PodSecurityGroupID)
	ctx.Export("clusterSecurityGroupId", b.cluster.ClusterSecurityGroupID)

	// For whoever publishes something.
	if b.zone != nil {
		ctx.Export("zoneId", b.zone.ID)
		ctx.Export("nameServers", b.zone.NameServers)
	}
	if b.certificate != nil {
		ctx.Export("certificateArn", b.certificate.ARN)
	}
	if b.sample != nil {
		ctx.Export("sampleAddress", b.sample.Address)
	}

	// For the allow-lists of others.
	ctx.Export("natAddresses", b.network.NATPublicIPs)

	// For whoever uses the environment's data.
	e.exportData(ctx, b.data)

	ctx.Export("protection", pulumi.String(e.protectionNote(ctx.Stack())))
}

// protectionNote tells whoever wants to destroy the environment what to do first.
func (e Environment) protectionNote(stack string) string {
	if !e.Protect {
		return "off"
	}
	return fmt.Sprintf("on: to destroy, set %s.protect to false in stacks/Pulumi.%s.yaml and run up first", configKey, stack)
}
