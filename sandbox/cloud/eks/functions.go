package eks

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func getAddonVersion(_ *cloud.Tx, args cloud.Props) (cloud.Props, error) {
	name, minor := args.Str("addonName"), args.Str("kubernetesVersion")
	offer, ok := offerOf(name, minor)
	if !ok {
		return nil, addonUnknown.Refuse("Addon %s is not available for Kubernetes version %s; known are %q", name, minor, AddonNames())
	}
	version := offer.standard
	if args.Bool("mostRecent") {
		version = offer.latest
	}
	return cloud.Props{
		"addonName": name, "id": name, "kubernetesVersion": minor, "mostRecent": args["mostRecent"], "version": version,
	}, nil
}

// getCluster answers with the provider's shapes, which are lists where the
// resource has objects.
func getCluster(tx *cloud.Tx, args cloud.Props) (cloud.Props, error) {
	c, err := cluster(tx, args.Str("name"))
	if err != nil {
		return nil, err
	}
	p := c.Props
	one := func(object string) []any {
		if o := p.Obj(object); o != nil {
			return []any{map[string]any(o.Clone())}
		}
		return []any{}
	}
	network := p.Obj("kubernetesNetworkConfig").Clone()
	network["elasticLoadBalancings"] = []any{network["elasticLoadBalancing"]}
	delete(network, "elasticLoadBalancing")
	answer := cloud.Props{
		"id": c.ID, "accessConfigs": one("accessConfig"), "computeConfigs": one("computeConfig"), "outpostConfigs": []any{},
		"remoteNetworkConfigs": []any{}, "storageConfigs": []any{}, "upgradePolicies": one("upgradePolicy"), "zonalShiftConfigs": one("zonalShiftConfig"),
		"kubernetesNetworkConfigs": []any{map[string]any(network)}, "tags": p["tagsAll"],
	}
	for _, same := range []string{
		"arn", "certificateAuthorities", "clusterId", "createdAt", "enabledClusterLogTypes", "endpoint", "identities",
		"name", "platformVersion", "roleArn", "status", "version", "vpcConfig",
	} {
		answer[same] = p[same]
	}
	return answer.Clone(), nil
}

func getClusterAuth(tx *cloud.Tx, args cloud.Props) (cloud.Props, error) {
	name := args.Str("name")
	return cloud.Props{"id": name, "name": name, "token": Token(tx.Session.Caller)}, nil
}
