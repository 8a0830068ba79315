package managed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/partition"
)

// afterToken is the identity of AfterNodes in Pulumi state. Changing it
// replaces every child, so a rename needs an alias.
const afterToken = "slipway:managed:AfterNodes"

// AfterNodes are the add-ons that run on nodes.
type AfterNodes struct {
	pulumi.ResourceState

	// Ready are the add-ons. Workloads depend on them: without DNS hardly any
	// starts.
	Ready []pulumi.Resource

	// EBSRoleARN is the role of the EBS CSI driver; "" without it.
	EBSRoleARN pulumi.StringOutput `pulumi:"ebsRoleArn"`
}

// AfterArgs configures AfterNodes.
type AfterArgs struct {
	// ClusterName is the cluster. Required.
	ClusterName pulumi.StringInput

	// KubernetesVersion is the cluster's minor, such as "1.35". Required: it
	// decides the versions.
	KubernetesVersion string

	// Region is where the cluster is. Required.
	Region string

	// Nodes are what the add-ons' pods run on, such as nodes.NodeGroup.Ready.
	// Required: EKS waits for the pods of these add-ons, and gives up after
	// twenty minutes.
	Nodes []pulumi.Resource

	// Omit leaves out add-ons that a cluster can do without: aws-ebs-csi-driver,
	// metrics-server. Optional.
	Omit []string

	// VolumeKeyARN is a customer managed KMS key of EBS volumes, for storage
	// classes that name one. Optional: volumes are encrypted with the account's
	// default key otherwise, which needs no permission.
	VolumeKeyARN pulumi.StringInput
}

// NewAfterNodes installs the add-ons that come after nodes.
func NewAfterNodes(ctx *pulumi.Context, name string, args AfterArgs, opts ...pulumi.ResourceOption) (*AfterNodes, error) {
	if err := args.Validate(); err != nil {
		return nil, fmt.Errorf("add-ons %q: %w", name, err)
	}
	c := &AfterNodes{}
	if err := ctx.RegisterComponentResource(afterToken, name, c, opts...); err != nil {
		return nil, err
	}
	i := installer{ctx: ctx, name: name, cluster: args.ClusterName, kubernetes: args.KubernetesVersion, owner: c}
	dns, err := coreDNSValues()
	if err != nil {
		return nil, fmt.Errorf("add-ons %q: writing the configuration of CoreDNS: %w", name, err)
	}
	made, err := i.install(versions.CoreDNS, settings{configuration: pulumi.String(dns), after: args.Nodes})
	if err != nil {
		return nil, fmt.Errorf("add-ons %q: %w", name, err)
	}
	c.Ready = []pulumi.Resource{made}
	if err := args.installOptional(i, c); err != nil {
		return nil, fmt.Errorf("add-ons %q: %w", name, err)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"ebsRoleArn": c.EBSRoleARN})
}

// installOptional installs what may be left out.
func (a AfterArgs) installOptional(i installer, c *AfterNodes) error {
	c.EBSRoleARN = pulumi.String("").ToStringOutput()
	if !slices.Contains(a.Omit, versions.EBSCSI.Name) {
		role, err := i.role(versions.EBSCSI, a.ebsPermissions())
		if err != nil {
			return err
		}
		made, err := i.install(versions.EBSCSI, settings{role: role, after: a.Nodes})
		if err != nil {
			return err
		}
		c.EBSRoleARN, c.Ready = role.RoleARN, append(c.Ready, made)
	}
	if slices.Contains(a.Omit, versions.MetricsServer.Name) {
		return nil
	}
	// The API server reaches metrics-server on a port of the pod, and it in turn
	// the kubelets; the pods' security group is open to the one and the
	// cluster's to the other.
	made, err := i.install(versions.MetricsServer, settings{after: a.Nodes})
	if err != nil {
		return err
	}
	c.Ready = append(c.Ready, made)
	return nil
}

// Optional are the names of the add-ons that a cluster can do without, and that
// Omit therefore takes.
func Optional() []string { return []string{versions.EBSCSI.Name, versions.MetricsServer.Name} }

// Validate reports every problem at once, each naming the field to fix. New
// does the same; a program that makes more than add-ons calls it before its
// first resource.
func (a AfterArgs) Validate() error {
	var e check.Errors
	validateCluster(&e, a.ClusterName, a.KubernetesVersion, a.Region)
	e.Require(len(a.Nodes) > 0, "Nodes", "pass the node groups that the add-ons run on")
	for n, name := range a.Omit {
		e.That(slices.Contains(Optional(), name), fmt.Sprintf("Omit[%d]", n), name,
			"one that a cluster can do without: "+strings.Join(Optional(), ", "))
	}
	return e.Err()
}

// ebsPermissions are what the EBS CSI driver may do.
func (a AfterArgs) ebsPermissions() identity.Args {
	args := identity.Args{ManagedPolicyARNs: []string{
		"arn:" + partition.Of(a.Region) + ":iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
	}}
	if a.VolumeKeyARN != nil {
		args.Policies = []identity.Policy{{
			Name: "volume-key", Document: volumeKeyPolicy, Inputs: []pulumi.StringInput{a.VolumeKeyARN},
		}}
	}
	return args
}

// volumeKeyPolicy lets the driver use a key for volumes. Attaching a volume is
// EC2's work, which it does through a grant that only AWS's services can use.
// See https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
func volumeKeyPolicy(keyARNs []string) iampolicy.Document {
	grants := iampolicy.Allow("Grant", []string{"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"}, keyARNs)
	grants.Condition = iampolicy.Conditions{"Bool": {"kms:GrantIsForAWSResource": {"true"}}}
	return iampolicy.Document{
		grants,
		iampolicy.Allow("Use", []string{
			"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey",
		}, keyARNs),
	}
}
