package eks

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
)

// maxSkew is how many minors a node may be older than its control plane.
// https://kubernetes.io/releases/version-skew-policy/
const maxSkew = 3

func updateCluster(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	inherit(r.Props, news)
	for _, check := range []func(*cloud.Tx, *cloud.Resource, cloud.Props) error{
		checkUpgrade, checkSupport, checkModeChange, checkKeyChange, changeNetwork,
	} {
		if err := check(tx, r, news); err != nil {
			return err
		}
	}
	log(tx, news)
	return nil
}

// inherit fills in what EKS keeps because the program does not say.
func inherit(old, news cloud.Props) {
	if !news.Has("version") {
		news["version"] = old.Str("version")
	}
	for _, object := range []string{"accessConfig", "upgradePolicy", "kubernetesNetworkConfig"} {
		news[object] = map[string]any(old.Obj(object).With(news.Obj(object)))
	}
	vpc, was := news.Obj("vpcConfig"), old.Obj("vpcConfig")
	vpc["vpcId"], vpc["clusterSecurityGroupId"] = was["vpcId"], was["clusterSecurityGroupId"]
	if !vpc.Has("publicAccessCidrs") && vpc.Bool("endpointPublicAccess") {
		vpc["publicAccessCidrs"] = cloud.Strings("0.0.0.0/0")
		if was.Has("publicAccessCidrs") {
			vpc["publicAccessCidrs"] = was.List("publicAccessCidrs")
		}
	}
	if !vpc.Bool("endpointPublicAccess") && !vpc.Has("publicAccessCidrs") {
		vpc["publicAccessCidrs"] = []any{}
	}
	news["vpcConfig"] = map[string]any(vpc)
}

func checkUpgrade(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	from, to := r.Props.Str("version"), news.Str("version")
	if from == to {
		return nil
	}
	if versions.Number(to) != versions.Number(from)+1 {
		return versionStep.Refuse("Unsupported Kubernetes minor version update from %s to %s: a cluster goes up one minor at a time, and never down", from, to)
	}
	if err := checkVersion(tx, news); err != nil {
		return err
	}
	for _, g := range nodeGroups(tx, r.ID) {
		if skew := versions.Number(to) - versions.Number(g.Props.Str("version")); skew > maxSkew {
			return versionSkew.Refuse("Nodegroup %s is at version %s, %d minors older than %s: update it before the cluster",
				g.Props.Str("nodeGroupName"), g.Props.Str("version"), skew, to)
		}
	}
	return nil
}

func checkSupport(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	if cloud.Equal(r.Props["upgradePolicy"], news["upgradePolicy"]) {
		return nil
	}
	return checkVersion(tx, news)
}

// checkModeChange holds the authentication mode to its one way, from the config
// map by way of both to the API.
func checkModeChange(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	order := []string{modeConfigMap, modeBoth, modeAPI}
	from, to := mode(r.Props), mode(news)
	if from == to {
		return nil
	}
	if slices.Index(order, to) != slices.Index(order, from)+1 {
		return authMode.Refuse("Unsupported authentication mode update from %s to %s", from, to)
	}
	if from == modeConfigMap {
		r.Props["accessConfig"] = news["accessConfig"]
		admitCreator(tx, r)
	}
	return nil
}

func mode(p cloud.Props) string { return p.Obj("accessConfig").Str("authenticationMode") }

func checkKeyChange(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	was := r.Props.Obj("encryptionConfig").Obj("provider").Str("keyArn")
	is := news.Obj("encryptionConfig").Obj("provider").Str("keyArn")
	switch {
	case was == is:
		return nil
	case was != "":
		return encryption.Refuse("The encryption of a cluster cannot be changed: its key is %s", was)
	}
	return checkEncryption(tx, news)
}

func changeNetwork(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	was, is := r.Props.Obj("vpcConfig"), news.Obj("vpcConfig")
	if err := checkEndpoints(is); err != nil {
		return err
	}
	if sameSet(was.Strs("subnetIds"), is.Strs("subnetIds")) && sameSet(was.Strs("securityGroupIds"), is.Strs("securityGroupIds")) {
		return nil
	}
	// The interfaces move, so the room they take now does not count.
	ec2.ReleaseInterfaces(tx, ec2.For(cloud.EKSCluster, r.ID))
	vpc, err := checkNetwork(tx, is)
	if err != nil {
		return err
	}
	before, err := findSubnets(tx, was.Strs("subnetIds"))
	if err != nil {
		return err
	}
	after, err := findSubnets(tx, is.Strs("subnetIds"))
	if err != nil {
		return err
	}
	switch {
	case vpc.ID != was.Str("vpcId"):
		return subnetMove.Refuse("Provided subnets belong to VPC %s, the cluster is in %s", vpc.ID, was.Str("vpcId"))
	case !slices.Equal(zonesOf(before), zonesOf(after)):
		return subnetMove.Refuse("Provided subnets belong to the AZs %q. But they should belong to the exact set of AZs %q in which subnets were provided during cluster creation.",
			zonesOf(after), zonesOf(before))
	}
	moved := &cloud.Resource{Kind: r.Kind, ID: r.ID, Props: news}
	return placeInterfaces(tx, moved)
}

func sameSet(a, b []string) bool {
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// deleteCluster takes with it all that is in the cluster and EKS's own
// interfaces and group. The group stays when something outside still uses it,
// and the log group always stays.
func deleteCluster(tx *cloud.Tx, r *cloud.Resource) error {
	if groups := nodeGroups(tx, r.ID); len(groups) > 0 {
		return clusterNodes.Refuse("Cluster has nodegroups attached: %s", groups[0].Props.Str("nodeGroupName"))
	}
	for _, kind := range []string{cloud.EKSAddon, cloud.EKSAccessPolicyAssociation, cloud.EKSAccessEntry, cloud.EKSPodIdentityAssociation} {
		for _, inside := range tx.List(kind, cloud.Prop("clusterName", r.ID)) {
			tx.Remove(inside)
		}
	}
	if tx.Knows(cloud.KubernetesObject) {
		for _, object := range tx.List(cloud.KubernetesObject) {
			if object.Facts.Str("cluster") == Key(r) {
				tx.Remove(object)
			}
		}
	}
	logs.Stop(tx, logGroup(r.ID))
	ec2.ReleaseInterfaces(tx, ec2.For(cloud.EKSCluster, r.ID))
	if group := tx.Get(cloud.SecurityGroup, r.Props.Obj("vpcConfig").Str("clusterSecurityGroupId")); group != nil {
		// EKS does not fail when its group cannot go: the group is left behind.
		if err := tx.Delete(group); err != nil {
			return nil //nolint:nilerr // see above
		}
	}
	return nil
}
