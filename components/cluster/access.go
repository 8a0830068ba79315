package cluster

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/partition"
)

// Policy is one of the access policies that EKS offers. See
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
type Policy string

// The policies for people and programs.
const (
	// ClusterAdmin may do everything, like system:masters.
	ClusterAdmin Policy = "AmazonEKSClusterAdminPolicy"
	// Admin may do most things in namespaces, roles and bindings included.
	Admin Policy = "AmazonEKSAdminPolicy"
	// AdminView may read everything, secrets included.
	AdminView Policy = "AmazonEKSAdminViewPolicy"
	// Edit may change what runs in namespaces, and read secrets.
	Edit Policy = "AmazonEKSEditPolicy"
	// View may read what runs in namespaces, and no secrets.
	View Policy = "AmazonEKSViewPolicy"
)

var policies = []Policy{ClusterAdmin, Admin, AdminView, Edit, View}

// Entry admits one IAM principal to the cluster.
type Entry struct {
	// PrincipalARN is an IAM role or user. Required.
	PrincipalARN string

	// Policies say what the principal may do, each in the namespaces listed; an
	// empty list is the whole cluster. Policies or Groups are required.
	Policies map[Policy][]string

	// Groups are Kubernetes groups that the principal belongs to, for role
	// bindings of your own.
	Groups []string
}

// entries are all entries by name, those of admins included.
func (a Args) entries() map[string]Entry {
	all := maps.Clone(a.Access)
	if all == nil {
		all = map[string]Entry{}
	}
	for name, arn := range a.Admins {
		all[name] = Entry{PrincipalARN: arn, Policies: map[Policy][]string{ClusterAdmin: nil}}
	}
	return all
}

// accessEntries are the entries as pulumi-eks wants them. It names the
// resources after the keys.
func accessEntries(a Args) pulumi.Map {
	out := pulumi.Map{}
	for name, entry := range a.entries() {
		associations := pulumi.Map{}
		for policy, namespaces := range entry.Policies {
			scope := pulumi.Map{"type": pulumi.String("cluster")}
			if len(namespaces) > 0 {
				scope = pulumi.Map{"type": pulumi.String("namespace"), "namespaces": pulumi.ToStringArray(namespaces)}
			}
			associations[policy.key()] = pulumi.Map{
				"accessScope": scope,
				"policyArn":   pulumi.String("arn:" + partition.Of(a.Region) + ":eks::aws:cluster-access-policy/" + string(policy)),
			}
		}
		args := pulumi.Map{"principalArn": pulumi.String(entry.PrincipalARN), "accessPolicies": associations}
		if len(entry.Groups) > 0 {
			args["kubernetesGroups"] = pulumi.ToStringArray(entry.Groups)
		}
		out[name] = args
	}
	return out
}

// key is the policy's part in the name of its resource: "clusteradmin", "view".
func (p Policy) key() string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(string(p), "AmazonEKS"), "Policy"))
}

var (
	entryPattern = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`)

	// principalPattern knows the ARNs that an access entry can have. The ARN of
	// a session (sts, assumed-role) is none of them, nor is the account's root.
	principalPattern = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::[0-9]{12}:(?:role|user)/[\w+=,.@/-]+$`)
)

// validateAccess refuses a cluster that the deploying role could not manage,
// and what EKS refuses of access entries, see
// https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
func validateAccess(e *check.Errors, a Args) {
	e.Require(len(a.Admins) > 0, "Admins", "name the principals that may do everything, the deploying role among them")
	validatePrincipal(e, a.Region, "DeployerARN", a.DeployerARN)
	e.That(slices.Contains(slices.Collect(maps.Values(a.Admins)), a.DeployerARN), "Admins", slices.Sorted(maps.Keys(a.Admins)),
		"an entry for DeployerARN "+a.DeployerARN+": without it the cluster would be made and nothing could be put in it")
	for _, name := range slices.Sorted(maps.Keys(a.Access)) {
		_, twice := a.Admins[name]
		e.That(!twice, "Access", name, "a name that Admins does not have")
	}
	taken := map[string]string{}
	all := a.entries()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		field := "Access." + name
		if _, ok := a.Admins[name]; ok {
			field = "Admins." + name
		}
		e.That(entryPattern.MatchString(name), field, name, "a name of up to 40 lower-case letters, digits and hyphens")
		entry := all[name]
		validatePrincipal(e, a.Region, field, entry.PrincipalARN)
		if other, ok := taken[entry.PrincipalARN]; ok {
			e.Add("%s has the principal of %s: want each principal once, EKS allows one entry for each", field, other)
		}
		taken[entry.PrincipalARN] = field
		validateEntry(e, field, entry)
	}
}

func validatePrincipal(e *check.Errors, region, field, arn string) {
	parts := principalPattern.FindStringSubmatch(arn)
	switch {
	case parts == nil && strings.Contains(arn, ":assumed-role/"):
		e.Add("%s is %q, a session: want the ARN of its role, arn:%s:iam::<account>:role/<path and name>", field, arn, partition.Of(region))
	case parts == nil:
		e.That(false, field, arn, "the ARN of an IAM role or user")
	case parts[1] != partition.Of(region):
		e.That(false, field, arn, "a principal of the partition "+partition.Of(region))
	case strings.Contains(arn, ":role/aws-service-role/"):
		e.That(false, field, arn, "a role that is not service-linked")
	}
}

func validateEntry(e *check.Errors, field string, entry Entry) {
	e.Require(len(entry.Policies)+len(entry.Groups) > 0, field+".Policies", "say what the principal may do, here or through Groups")
	for _, policy := range slices.Sorted(maps.Keys(entry.Policies)) {
		e.That(slices.Contains(policies, policy), field+".Policies", string(policy), "one of the policies of this package")
		e.That(policy != ClusterAdmin || len(entry.Policies[policy]) == 0, field+".Policies", string(policy),
			"the whole cluster, or Admin for namespaces")
	}
	for _, group := range entry.Groups {
		e.That(group != "" && !strings.HasPrefix(group, "system:"), field+".Groups", group,
			"a group of your own: EKS keeps those of system: for itself")
	}
}
