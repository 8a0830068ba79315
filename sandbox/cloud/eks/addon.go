package eks

import (
	"fmt"
	"slices"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

var (
	addonUnknown  = rule("addon-unknown", invalidParameter, api+"API_DescribeAddonVersions.html", cloud.Verified)
	addonVersion  = rule("addon-version", invalidParameter, api+"API_CreateAddon.html", cloud.Verified)
	addonToCome   = doubt("addon-version-to-come", invalidParameter, api+"API_DescribeAddonVersions.html")
	addonStep     = rule("addon-version-step", invalidParameter, guide+"vpc-add-on-update.html", cloud.Memory)
	addonExists   = rule("addon-exists", inUse, api+"API_CreateAddon.html", cloud.Verified)
	addonConfig   = rule("addon-configuration", invalidParameter, api+"API_CreateAddon.html", cloud.Verified)
	addonIdentity = rule("addon-pod-identity", invalidParameter, api+"API_CreateAddon.html", cloud.Verified)
	addonConflict = failure("addon-configuration-conflict", "ConfigurationConflict", api+"API_AddonIssue.html")
	addonRole     = rule("addon-role", invalidParameter, guide+"add-ons-iam.html", cloud.Derived)
)

func addonKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.EKSAddon, Noun: "EKS Add-On", Service: serviceName, Tagged: true,
		CreateCall: "CreateAddon", UpdateCall: "UpdateAddon", DeleteCall: "DeleteAddon",
		Fields: cloud.Fields{
			"addonName":           cloud.String.Required().ForceNew(),
			"addonVersion":        cloud.String.Computed(),
			"clusterName":         cloud.String.Like(clusterNameText).Required().ForceNew(),
			"configurationValues": cloud.String.Computed(),
			"podIdentityAssociations": cloud.SetOf(cloud.Object(cloud.Fields{
				"roleArn": cloud.String.Like(cloud.ARNText).Required(), "serviceAccount": cloud.String.Required(),
			})),
			"preserve":                 cloud.Bool,
			"resolveConflicts":         cloud.String,
			"resolveConflictsOnCreate": cloud.String,
			"resolveConflictsOnUpdate": cloud.String,
			"serviceAccountRoleArn":    cloud.String.Like(cloud.ARNText),
			"arn":                      cloud.String.Output(),
			"createdAt":                cloud.String.Output(),
			"modifiedAt":               cloud.String.Output(),
		},
		Check: checkAddon, Create: createAddon, Update: updateAddon, Delete: deleteAddon,
	}
}

func checkAddon(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	for _, c := range []struct {
		property string
		known    []string
	}{
		{"resolveConflicts", []string{"NONE", "OVERWRITE", "PRESERVE"}},
		{"resolveConflictsOnCreate", []string{"NONE", "OVERWRITE"}},
		{"resolveConflictsOnUpdate", []string{"NONE", "OVERWRITE", "PRESERVE"}},
	} {
		if v := p.Str(c.property); v != "" && !slices.Contains(c.known, v) {
			problems = append(problems, cloud.Problem{Property: c.property, Reason: fmt.Sprintf("is %q, want one of %q", v, c.known)})
		}
	}
	if v := p.Str("addonVersion"); v != "" && v[0] != 'v' {
		problems = append(problems, cloud.Problem{Property: "addonVersion", Reason: "must follow semantic version format, such as v1.21.1-eksbuild.8: " + v})
	}
	return problems
}

func createAddon(tx *cloud.Tx, r *cloud.Resource) error {
	c, err := cluster(tx, r.Props.Str("clusterName"))
	if err != nil {
		return err
	}
	name := r.Props.Str("addonName")
	offer, ok := offerOf(name, c.Props.Str("version"))
	switch {
	case !ok:
		return addonUnknown.Refuse("Addon %s specified is not supported in %s kubernetes version; known are %q", name, c.Props.Str("version"), AddonNames())
	case findAddon(tx, c.ID, name) != nil:
		return addonExists.Refuse("Addon already exists: %s in cluster %s", name, c.ID)
	}
	if !r.Props.Has("addonVersion") {
		r.Props["addonVersion"] = offer.standard
	}
	if err := checkAddonVersion(tx, c, r.Props); err != nil {
		return err
	}
	if err := checkAddonInputs(tx, r.Props); err != nil {
		return err
	}
	now := tx.Now().UTC().Format(time.RFC3339)
	r.ID = c.ID + ":" + name
	r.Props["arn"] = tx.ARN("eks", "addon/"+c.ID+"/"+name+"/"+tx.Hex(32))
	r.Props["createdAt"], r.Props["modifiedAt"] = now, now
	if !r.Props.Has("configurationValues") {
		r.Props["configurationValues"] = ""
	}
	if SelfManaged(c, name) && conflictPolicy(r.Props) != "OVERWRITE" {
		return conflict(c.ID, name)
	}
	c.Facts[selfManagedFact] = cloud.Strings(slices.DeleteFunc(c.Facts.Strs(selfManagedFact), func(n string) bool { return n == name })...)
	tx.Put(c)
	if err := associate(tx, c.ID, r, r.Props); err != nil {
		return err
	}
	return replicas(tx, c, r.Props)
}

func conflictPolicy(p cloud.Props) string {
	for _, property := range []string{"resolveConflictsOnCreate", "resolveConflicts"} {
		if v := p.Str(property); v != "" {
			return v
		}
	}
	return "NONE"
}

func conflict(cluster, name string) error {
	return addonConflict.Late(
		"Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. Cluster %s has a self-managed %s: "+
			"set resolveConflictsOnCreate to OVERWRITE, or make the cluster with bootstrapSelfManagedAddons false", cluster, name)
}

// checkAddonVersion refuses a version that is not offered for the cluster's.
func checkAddonVersion(tx *cloud.Tx, c *cloud.Resource, p cloud.Props) error {
	name, version := p.Str("addonName"), p.Str("addonVersion")
	offer, ok := offerOf(name, c.Props.Str("version"))
	if ok && offer.toCome(version) {
		tx.Warn(addonToCome, "version %s of add-on %s is newer than the newest that the sandbox knows (%s)", version, name, offer.latest)
		return nil
	}
	if !ok || !offer.offers(version) {
		return addonVersion.Refuse("Addon version specified is not supported: %s %s for Kubernetes %s; its default is %s and its newest %s",
			name, version, c.Props.Str("version"), offer.standard, offer.latest)
	}
	return nil
}

// checkAddonInputs refuses what CreateAddon and UpdateAddon refuse alike.
func checkAddonInputs(tx *cloud.Tx, p cloud.Props) error {
	if err := checkConfiguration(tx, p.Str("addonName"), p.Str("configurationValues")); err != nil {
		return err
	}
	if arn := p.Str("serviceAccountRoleArn"); arn != "" && iam.RoleByARN(tx, arn) == nil {
		return addonRole.Refuse("Role provided in the request does not exist: %s", arn)
	}
	return nil
}

func updateAddon(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	c, err := cluster(tx, r.Props.Str("clusterName"))
	if err != nil {
		return err
	}
	for _, kept := range []string{"addonVersion", "configurationValues"} {
		if !news.Has(kept) {
			news[kept] = r.Props[kept]
		}
	}
	from, to := r.Props.Str("addonVersion"), news.Str("addonVersion")
	if hop := line(to) - line(from); r.Props.Str("addonName") == "vpc-cni" && (hop < -1 || hop > 1) {
		return addonStep.Refuse("Updating VPC-CNI can only go up or down 1 minor version at a time, not from %s to %s", from, to)
	}
	// A version that stays is not looked at: the cluster may have left it behind.
	if from != to {
		if err := checkAddonVersion(tx, c, news); err != nil {
			return err
		}
	}
	if err := checkAddonInputs(tx, news); err != nil {
		return err
	}
	if err := associate(tx, c.ID, r, news); err != nil {
		return err
	}
	r.Props["modifiedAt"] = tx.Now().UTC().Format(time.RFC3339)
	return replicas(tx, c, news)
}

// deleteAddon takes the add-on's associations with it. With preserve, what runs
// in the cluster stays and is nobody's.
func deleteAddon(tx *cloud.Tx, r *cloud.Resource) error {
	if r.Props.Bool("preserve") {
		if c := ClusterByName(tx, r.Props.Str("clusterName")); c != nil {
			c.Facts[selfManagedFact] = cloud.Strings(append(c.Facts.Strs(selfManagedFact), r.Props.Str("addonName"))...)
			c.Facts["preserved "+r.Props.Str("addonName")] = map[string]any(r.Props)
			tx.Put(c)
		}
		return nil
	}
	for _, a := range ownAssociations(tx, r) {
		tx.Remove(a)
	}
	return nil
}

func findAddon(tx *cloud.Tx, cluster, name string) *cloud.Resource {
	return tx.Get(cloud.EKSAddon, cluster+":"+name)
}
