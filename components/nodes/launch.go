package nodes

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// bottlerocketSystemGiB is the size of Bottlerocket's volume for itself. Its
// image needs half of it.
const bottlerocketSystemGiB = 4

// device is a volume of a node.
type device struct {
	name string
	gib  int
}

// devices are the volumes that the AMIs of an operating system expect.
func (g Group) devices() []device {
	if g.OS == Bottlerocket {
		return []device{{"/dev/xvda", bottlerocketSystemGiB}, {"/dev/xvdb", g.DiskGiB}}
	}
	return []device{{"/dev/xvda", g.DiskGiB}}
}

// newLaunchTemplate makes the template that EKS merges into its own.
//
// A group cannot change between an AMI of EKS's choice and one of ours. The
// template therefore has another logical name for the latter: a new template
// replaces the group.
func newLaunchTemplate(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*ec2.LaunchTemplate, error) {
	g := args.Group
	template := &ec2.LaunchTemplateArgs{
		Description: pulumi.String("Nodes of group " + name),
		MetadataOptions: &ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint:            pulumi.String("enabled"),
			HttpTokens:              pulumi.String("required"),
			HttpPutResponseHopLimit: pulumi.Int(g.MetadataHops),
		},
		Monitoring:          &ec2.LaunchTemplateMonitoringArgs{Enabled: pulumi.Bool(g.DetailedMonitoring)},
		BlockDeviceMappings: args.volumes(),
		TagSpecifications:   tagSpecifications(tags.Named(name, args.Tags)),
	}
	if g.ExactMaxPods {
		name += "-exact"
		template.ImageId = args.AMIID.ToStringOutput()
		template.UserData = args.userData()
	}
	return ec2.NewLaunchTemplate(ctx, name, template, child)
}

func (a Args) volumes() ec2.LaunchTemplateBlockDeviceMappingArray {
	var volumes ec2.LaunchTemplateBlockDeviceMappingArray
	for _, d := range a.Group.devices() {
		volume := &ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
			VolumeType: pulumi.String("gp3"),
			VolumeSize: pulumi.Int(d.gib),
			Encrypted:  pulumi.String("true"),
			// The default of a launch template is to keep volumes.
			DeleteOnTermination: pulumi.String("true"),
		}
		if a.KMSKeyARN != nil {
			volume.KmsKeyId = a.KMSKeyARN.ToStringOutput()
		}
		volumes = append(volumes, &ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String(d.name), Ebs: volume,
		})
	}
	return volumes
}

// userData is what EKS does not tell nodes of an AMI of ours.
func (a Args) userData() pulumi.StringOutput {
	cluster := []pulumi.StringInput{
		a.Cluster.Name, a.Cluster.Endpoint, a.Cluster.CertificateAuthority, a.Cluster.ServiceCIDR,
	}
	return outputs.Strings(cluster, func(known []string) (string, error) {
		return bootstrap{
			cluster: known[0], endpoint: known[1], certificate: known[2], serviceCIDR: known[3],
			maxPods: a.Group.maxPods(a.Networking), labels: a.Group.Labels, taints: a.Group.Taints,
		}.userData(a.Group.OS)
	})
}

// tagSpecifications puts tags on all that EC2 makes for a node.
func tagSpecifications(set tags.Set) ec2.LaunchTemplateTagSpecificationArray {
	var specifications ec2.LaunchTemplateTagSpecificationArray
	for _, kind := range []string{"instance", "volume", "network-interface"} {
		specifications = append(specifications, &ec2.LaunchTemplateTagSpecificationArgs{
			ResourceType: pulumi.String(kind), Tags: pulumi.ToStringMap(set),
		})
	}
	return specifications
}

// nodeGroup is the group itself.
func (a Args) nodeGroup(roleARN pulumi.StringInput, template *ec2.LaunchTemplate) *awseks.NodeGroupArgs {
	g := a.Group
	group := &awseks.NodeGroupArgs{
		ClusterName:   a.Cluster.Name,
		NodeRoleArn:   roleARN,
		SubnetIds:     a.SubnetIDs,
		CapacityType:  pulumi.String(g.Capacity),
		InstanceTypes: pulumi.ToStringArray(g.InstanceTypes),
		Labels:        pulumi.ToStringMap(g.Labels),
		Taints:        g.apiTaints(),
		ScalingConfig: &awseks.NodeGroupScalingConfigArgs{
			MinSize: pulumi.Int(g.Size.Min), DesiredSize: pulumi.Int(g.Size.Desired), MaxSize: pulumi.Int(g.Size.Max),
		},
		LaunchTemplate: &awseks.NodeGroupLaunchTemplateArgs{
			Id: template.ID(), Version: pulumi.Sprintf("%d", template.LatestVersion),
		},
		UpdateConfig: g.Surge.update(),
	}
	// EKS refuses these three beside an AMI in the template, which says them all.
	if !g.ExactMaxPods {
		group.AmiType = pulumi.String(g.amiType())
		group.Version = pulumi.String(a.Cluster.Version)
		if g.ReleaseVersion != "" {
			group.ReleaseVersion = pulumi.String(g.ReleaseVersion)
		}
	}
	return group
}

// update is the one of the two that is set.
func (s Surge) update() *awseks.NodeGroupUpdateConfigArgs {
	if s.MaxUnavailable > 0 {
		return &awseks.NodeGroupUpdateConfigArgs{MaxUnavailable: pulumi.Int(s.MaxUnavailable)}
	}
	return &awseks.NodeGroupUpdateConfigArgs{MaxUnavailablePercentage: pulumi.Int(s.MaxUnavailablePercentage)}
}

// apiTaints is the taints in the words of the EKS API.
func (g Group) apiTaints() awseks.NodeGroupTaintArray {
	var taints awseks.NodeGroupTaintArray
	for _, t := range g.Taints {
		taint := &awseks.NodeGroupTaintArgs{Key: pulumi.String(t.Key), Effect: pulumi.String(inAPI[t.Effect])}
		if t.Value != "" {
			taint.Value = pulumi.String(t.Value)
		}
		taints = append(taints, taint)
	}
	return taints
}
