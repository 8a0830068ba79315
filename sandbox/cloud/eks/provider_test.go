package eks_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// The AWS provider finds these before it calls EKS.
func TestProviderChecksValues(t *testing.T) {
	t.Parallel()
	w := platform(t)
	type object = map[string]any
	cluster := w.clusterProps
	for want, c := range map[string]struct {
		kind  string
		props cloud.Props
	}{
		"kubernetesNetworkConfig.serviceIpv4Cidr": {cloud.EKSCluster, cluster(cloud.Props{"kubernetesNetworkConfig": object{"serviceIpv4Cidr": "100.64.0.0/16"}})},
		"roleArn":                     {cloud.EKSCluster, cluster(cloud.Props{"roleArn": "demo"})},
		"computeConfig.nodePools[0]":  {cloud.EKSCluster, cluster(cloud.Props{"computeConfig": object{"nodePools": []any{"mine"}}})},
		"type":                        {cloud.EKSAccessEntry, cloud.Props{"clusterName": "demo", "principalArn": roleARN + "node", "type": "HYPERPOD_LINUX"}},
		"clusterName":                 {cloud.EKSAccessEntry, cloud.Props{"clusterName": "a demo", "principalArn": roleARN + "node"}},
		"policyArn":                   {cloud.EKSAccessPolicyAssociation, cloud.Props{"clusterName": "demo", "principalArn": roleARN + "node", "policyArn": "view", "accessScope": object{"type": "cluster"}}},
		"serviceAccountRoleArn":       {cloud.EKSAddon, cloud.Props{"clusterName": "demo", "addonName": "vpc-cni", "serviceAccountRoleArn": "cni"}},
		"launchTemplate.id":           {cloud.EKSNodeGroup, w.groupProps(cloud.Props{"launchTemplate": object{"id": "nodes", "version": "1"}})},
		"updateConfig.maxUnavailable": {cloud.EKSNodeGroup, w.groupProps(cloud.Props{"updateConfig": object{"maxUnavailable": 101.0}})},
	} {
		problems, err := w.acct.Check(c.kind, c.props)
		if err != nil || len(problems) != 1 || problems[0].Property != want {
			t.Errorf("%s: problems %v, %v, want one of %s", c.kind, problems, err, want)
		}
	}
}

// A launch template that is taken out of a group stays as it is; another one
// replaces the group.
func TestLaunchTemplateOfGroupDiffers(t *testing.T) {
	t.Parallel()
	w := platform(t)
	with := func(id string) cloud.Props {
		return w.groupProps(cloud.Props{"launchTemplate": map[string]any{"id": id, "version": "1"}})
	}
	without := with("lt-1")
	delete(without, "launchTemplate")
	for name, c := range map[string]struct {
		news    cloud.Props
		replace bool
	}{"taken out": {without, false}, "another": {with("lt-2"), true}} {
		changes, err := w.acct.Diff(w.session, cloud.EKSNodeGroup, with("lt-1"), with("lt-1"), c.news)
		if err != nil || len(changes) != 1 || changes[0].Replace != c.replace {
			t.Errorf("%s: changes %v, %v, want one that replaces: %v", name, changes, err, c.replace)
		}
	}
}
