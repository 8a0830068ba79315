package eks

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func nodeGroupKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.EKSNodeGroup, Noun: "EKS Node Group", Service: serviceName, Tagged: true,
		CreateCall: "CreateNodegroup", UpdateCall: "UpdateNodegroupConfig", DeleteCall: "DeleteNodegroup",
		Fields: cloud.Fields{
			"clusterName":         cloud.String.Like(clusterNameText).Required().ForceNew(),
			"nodeGroupName":       cloud.String.Like(groupNameText).AutoNamed(255).ForceNew(),
			"nodeGroupNamePrefix": cloud.String.Computed().ForceNew(),
			"nodeRoleArn":         cloud.String.Required().ForceNew(),
			"subnetIds":           cloud.SetOf(cloud.String).Required().ForceNew(),
			"scalingConfig": cloud.Object(cloud.Fields{
				"desiredSize": cloud.Number.AtLeast(0).Required(), "maxSize": cloud.Number.AtLeast(1).Required(), "minSize": cloud.Number.AtLeast(0).Required(),
			}).Required(),
			"amiType":            cloud.String.Computed().ForceNew(),
			"capacityType":       cloud.String.Computed().ForceNew(),
			"diskSize":           cloud.Number.Computed().ForceNew(),
			"forceUpdateVersion": cloud.Bool,
			"instanceTypes":      cloud.ListOf(cloud.String).Computed().ForceNew(),
			"labels":             cloud.MapOf(cloud.String),
			"launchTemplate": cloud.Object(cloud.Fields{
				"id": cloud.String.Like(cloud.Begins("lt-0123456789abcdef0", "lt-")).Computed().ForceNew(), "name": cloud.String.Computed().ForceNew(), "version": cloud.String.Required(),
			}),
			"nodeRepairConfig": cloud.Object(cloud.Fields{"enabled": cloud.Bool.Default(false)}).Computed(),
			"releaseVersion":   cloud.String.Computed(),
			"remoteAccess": cloud.Object(cloud.Fields{
				"ec2SshKey": cloud.String, "sourceSecurityGroupIds": cloud.SetOf(cloud.String),
			}).ForceNew(),
			"taints": cloud.SetOf(cloud.Object(cloud.Fields{
				"key": cloud.String.Required(), "value": cloud.String, "effect": cloud.String.Required(),
			})),
			"updateConfig": cloud.Object(cloud.Fields{
				"maxUnavailable": cloud.Number.Between(1, 100), "maxUnavailablePercentage": cloud.Number.Between(1, 100),
			}).Computed(),
			"version": cloud.String.Computed(),
			"arn":     cloud.String.Output(),
			"resources": cloud.ListOf(cloud.Object(cloud.Fields{
				"autoscalingGroups":           cloud.ListOf(cloud.Object(cloud.Fields{"name": cloud.String})),
				"remoteAccessSecurityGroupId": cloud.String,
			})).Output(),
			"status": cloud.String.Output(),
		},
		Check: checkNodeGroup, Create: createNodeGroup, Update: updateNodeGroup, Delete: deleteNodeGroup,
	}
}

func createNodeGroup(tx *cloud.Tx, r *cloud.Resource) error {
	c, err := cluster(tx, r.Props.Str("clusterName"))
	if err != nil {
		return err
	}
	name := r.Props.Str("nodeGroupName")
	if name == "" {
		name = r.Props.Str("nodeGroupNamePrefix") + tx.Hex(26)
		r.Props["nodeGroupName"] = name
	}
	r.ID = c.ID + ":" + name
	switch {
	case !groupNameForm.MatchString(name):
		return groupName.Refuse("The nodegroupName %s must begin with a letter or digit and have no more than letters, digits, - and _", name)
	case tx.Get(cloud.EKSNodeGroup, r.ID) != nil:
		return groupExists.Refuse("NodeGroup already exists with name %s and cluster name %s", name, c.ID)
	case len(nodeGroups(tx, c.ID)) >= maxNodeGroups:
		return groupQuota.Refuse("Cluster %s has reached its limit of %d node groups", c.ID, maxNodeGroups)
	}
	versioned := r.Props.Has("version") || r.Props.Has("releaseVersion")
	s, err := resolve(tx, c, r.Props)
	if err != nil {
		return err
	}
	if err := s.image.checkVersioned(versioned); err != nil {
		return err
	}
	hex := tx.Hex(32)
	key := strings.Join([]string{hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]}, "-")
	remote, err := s.openRemoteAccess(tx, r.Props, key)
	if err != nil {
		return err
	}
	r.Props["arn"] = tx.ARN("eks", strings.Join([]string{"nodegroup", c.ID, name, key}, "/"))
	r.Props["resources"] = []any{map[string]any{
		"autoscalingGroups": []any{map[string]any{"name": "eks-" + name + "-" + key}}, "remoteAccessSecurityGroupId": remote,
	}}
	if mode(c.Props) != modeConfigMap {
		makeEntry(tx, c.ID, s.role.Props.Str("arn"), typeLinux)
	}
	return s.settle(tx, r, r.Props.Obj("scalingConfig").Int("desiredSize"))
}

// updateNodeGroup changes the size in place, and replaces all nodes for a new
// version of Kubernetes, of the image or of the launch template. A group whose
// nodes did not join is tried again.
func updateNodeGroup(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	c, err := cluster(tx, r.Props.Str("clusterName"))
	if err != nil {
		return err
	}
	versioned := news.Has("version") || news.Has("releaseVersion")
	keepGroupDefaults(r.Props, news)
	s, err := resolve(tx, c, news)
	if err != nil {
		return err
	}
	if err := s.image.checkVersioned(versioned); err != nil {
		return err
	}
	if err := checkNodeVersionStep(r.Props, news); err != nil {
		return err
	}
	if id := remoteGroup(r.Props); id != "" {
		s.groups = append(s.groups, id)
	}
	desired := news.Obj("scalingConfig").Int("desiredSize")
	if cloud.Equal(r.Props["version"], news["version"]) && cloud.Equal(r.Props["releaseVersion"], news["releaseVersion"]) &&
		cloud.Equal(r.Props["launchTemplate"], news["launchTemplate"]) {
		return s.settle(tx, r, desired)
	}
	// EKS starts a new node first and keeps the old ones when it does not join.
	for _, subnet := range s.subnets {
		if why := s.faults(tx, subnet).err(); why != nil {
			return rollout.Refuse("the update of node group %s was rolled back: %s", r.ID, why)
		}
	}
	for _, i := range instancesOf(tx, r.ID) {
		if err := terminate(tx, i, false); err != nil {
			return err
		}
	}
	return s.settle(tx, r, desired)
}

// keepGroupDefaults fills in what EKS keeps because the program does not say.
func keepGroupDefaults(old, news cloud.Props) {
	for _, kept := range []string{
		"amiType", "capacityType", "diskSize", "instanceTypes", "nodeGroupName", "nodeRepairConfig", "updateConfig", "version", "releaseVersion",
	} {
		if !news.Has(kept) && old.Has(kept) {
			news[kept] = old[kept]
		}
	}
	if news.Str("version") != old.Str("version") && news.Str("releaseVersion") == old.Str("releaseVersion") {
		delete(news, "releaseVersion")
	}
}

// deleteNodeGroup terminates the nodes. Their pod interfaces go when the VPC
// CNI can still delete them. The role's access entry goes with its last group
// when EKS made it.
func deleteNodeGroup(tx *cloud.Tx, r *cloud.Resource) error {
	role := r.Props.Str("nodeRoleArn")
	c := ClusterByName(tx, r.Props.Str("clusterName"))
	if c == nil {
		return fmt.Errorf("cluster %s of node group %s does not exist", r.Props.Str("clusterName"), r.ID)
	}
	leaking := leaks(tx, c, role)
	for _, i := range instancesOf(tx, r.ID) {
		if err := terminate(tx, i, leaking); err != nil {
			return err
		}
	}
	if err := closeRemoteAccess(tx, r); err != nil {
		return err
	}
	shared := false
	for _, g := range nodeGroups(tx, c.ID) {
		shared = shared || g.ID != r.ID && g.Props.Str("nodeRoleArn") == role
	}
	if e := entry(tx, c.ID, role); e != nil && e.Owner == owner && e.Props.Str("type") == typeLinux && !shared {
		tx.Remove(e)
	}
	return nil
}

// nodeGroups are the node groups of a cluster, oldest first.
func nodeGroups(tx *cloud.Tx, cluster string) []*cloud.Resource {
	return tx.List(cloud.EKSNodeGroup, cloud.Prop("clusterName", cluster))
}
