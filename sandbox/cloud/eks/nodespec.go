package eks

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/ssm"
)

// nodeSpec is what the nodes of a group will be, once everything that
// CreateNodegroup refuses has been refused.
type nodeSpec struct {
	cluster, role *cloud.Resource
	// subnets are sorted by zone.
	subnets []*cloud.Resource
	types   []instances.Type
	labels  map[string]string
	image   image
	// groups are on the primary interface.
	groups []string
	// publicAddress is what the launch template says about public addresses;
	// nil when it leaves that to the subnet.
	publicAddress *bool
	// hops is how far from the machine its metadata are heard: pods hear them from
	// two hops on.
	hops int
	cni  cni
}

// image is what the nodes start from.
type image struct {
	id, os, arch, minor string
	// custom is whether the launch template names the image; EKS then adds
	// nothing to the user data.
	custom   bool
	userData string
}

// resolve refuses what EKS refuses about a group's properties, completes them,
// and says what its nodes will be.
func resolve(tx *cloud.Tx, c *cloud.Resource, p cloud.Props) (*nodeSpec, error) {
	for _, check := range []func() error{
		func() error { return checkSize(p) },
		func() error { return checkMarks(p) },
		func() error { return settleVersion(c, p) },
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	s := &nodeSpec{cluster: c, labels: p.StrMap("labels"), hops: managedHops, cni: cniOf(tx, c)}
	for _, step := range []func(*cloud.Tx, cloud.Props) error{s.findRole, s.findSubnets, s.readTemplate, s.findTypes, s.findImage} {
		if err := step(tx, p); err != nil {
			return nil, err
		}
	}
	fillGroup(p)
	return s, nil
}

// managedHops is what EKS sets for its nodes where nothing else is said.
// https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
const managedHops = 2

func fillGroup(p cloud.Props) {
	for name, value := range map[string]any{
		"capacityType": "ON_DEMAND", "updateConfig": map[string]any{"maxUnavailable": 1.0}, "nodeRepairConfig": map[string]any{"enabled": false},
	} {
		if !p.Has(name) {
			p[name] = value
		}
	}
	if !p.Has("diskSize") && !p.Has("launchTemplate") {
		p["diskSize"] = 20.0
	}
}

func (s *nodeSpec) findRole(tx *cloud.Tx, p cloud.Props) error {
	arn := p.Str("nodeRoleArn")
	s.role = iam.RoleByARN(tx, arn)
	switch {
	case s.role == nil:
		return groupRole.Refuse("The role with name %s cannot be found.", lastPart(arn))
	case !iam.Trusts(s.role, "ec2.amazonaws.com"):
		return groupRole.Refuse("Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole %s", arn)
	}
	return nil
}

func (s *nodeSpec) findSubnets(tx *cloud.Tx, p cloud.Props) error {
	vpcID := s.cluster.Props.Obj("vpcConfig").Str("vpcId")
	for _, id := range p.Strs("subnetIds") {
		subnet := tx.Get(cloud.Subnet, id)
		switch {
		case subnet == nil:
			return groupSubnet.Refuse("The subnet ID '%s' does not exist", id)
		case subnet.Props.Str("vpcId") != vpcID:
			return groupSubnet.Refuse("Subnets are not in the VPC of the cluster: %s is in %s, cluster %s in %s", id, subnet.Props.Str("vpcId"), s.cluster.ID, vpcID)
		}
		s.subnets = append(s.subnets, subnet)
	}
	if len(s.subnets) == 0 {
		return groupSubnet.Refuse("Subnets cannot be empty")
	}
	slices.SortFunc(s.subnets, func(a, b *cloud.Resource) int {
		return cmp.Or(strings.Compare(a.Props.Str("availabilityZone"), b.Props.Str("availabilityZone")), strings.Compare(a.ID, b.ID))
	})
	return nil
}

// findTypes finds the instance types: the template's, the group's own, or
// EKS's default.
func (s *nodeSpec) findTypes(_ *cloud.Tx, p cloud.Props) error {
	names := p.Strs("instanceTypes")
	if len(s.types) > 0 {
		if len(names) > 0 {
			return groupTemplate.Refuse("Instance types must be specified in either the launch template or the node group, not in both: %q and %s", names, s.types[0].Name)
		}
		p["instanceTypes"] = []any{}
		return nil
	}
	if len(names) == 0 {
		names = []string{"t3.medium"}
		p["instanceTypes"] = cloud.Strings(names...)
	}
	if len(names) > maxInstanceTypes {
		return groupTypes.Refuse("A node group takes %d instance types, not %d", maxInstanceTypes, len(names))
	}
	for _, name := range names {
		if err := s.addType(name); err != nil {
			return err
		}
	}
	return nil
}

func (s *nodeSpec) addType(name string) error {
	t, ok := instances.Lookup(name)
	if !ok {
		return groupTypes.Refuse("The following supplied instance types do not exist: [%s] (the sandbox knows %d, the nearest is %q)", name, len(instances.Names()), instances.Nearest(name))
	}
	s.types = append(s.types, t)
	return nil
}

// findImage settles the type of image and holds it to the version of Kubernetes
// and the instance types.
func (s *nodeSpec) findImage(tx *cloud.Tx, p cloud.Props) error {
	version := p.Str("version")
	if s.image.custom {
		return s.findCustomImage(tx, p)
	}
	kind := p.Str("amiType")
	if kind == "" {
		kind = "AL2023_x86_64_STANDARD"
		p["amiType"] = kind
	}
	if strings.HasPrefix(kind, "AL2_") && versions.Number(version) >= versions.Number("1.33") {
		return groupAMI.Refuse("AMI Type %s is only supported for kubernetes versions 1.32 or earlier; take AL2023 or Bottlerocket", kind)
	}
	if kind == "CUSTOM" {
		return groupAMI.Refuse("AMI type CUSTOM needs a launch template with an image ID")
	}
	for _, t := range s.types {
		if t.Arch != amiTypes[kind] {
			return groupTypes.Refuse("[%s] is not a valid instance type for requested amiType %s: its architecture is %s", t.Name, kind, t.Arch)
		}
	}
	if !p.Has("releaseVersion") {
		p["releaseVersion"] = ssm.ReleaseVersion(version)
	}
	if !strings.HasPrefix(kind, "BOTTLEROCKET") && !strings.HasPrefix(p.Str("releaseVersion"), version+".") {
		return groupVersion.Refuse("Requested release version %s is not valid for kubernetes version %s.", p.Str("releaseVersion"), version)
	}
	s.image.minor, s.image.arch = version, string(amiTypes[kind])
	s.image.os = ssm.AL2023
	if strings.HasPrefix(kind, "BOTTLEROCKET") {
		s.image.os = ssm.Bottlerocket
	}
	return checkUserDataForm(kind, s.image.userData)
}

// findCustomImage holds an image that the launch template names to what then
// must not be given. Kubernetes' version comes from the image.
func (s *nodeSpec) findCustomImage(tx *cloud.Tx, p cloud.Props) error {
	if kind := p.Str("amiType"); kind != "" && kind != "CUSTOM" {
		return groupTemplate.Refuse("You cannot specify an amiType when specifying an image id within the launch template: %s", kind)
	}
	os, arch, minor, ok := ssm.AMI(tx, s.image.id)
	if !ok {
		return groupTemplate.Refuse("The image id '[%s]' does not exist", s.image.id)
	}
	s.image.os, s.image.arch, s.image.minor = os, arch, minor
	p["amiType"], p["releaseVersion"], p["version"] = "CUSTOM", s.image.id, minor
	return nil
}

// checkVersioned refuses a version beside an image that the launch template
// names: the image is the version.
func (i image) checkVersioned(versioned bool) error {
	if i.custom && versioned {
		return groupTemplate.Refuse("You cannot specify a kubernetes version or release version when specifying an image id within the launch template: %s", i.id)
	}
	return nil
}
