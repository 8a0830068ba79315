package eks

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// needed are the services that a node calls while it starts.
var needed = []string{"ec2", "ecr.api", "ecr.dkr", "s3", "sts", "eks"}

// faults finds why a node in a subnet would not join the cluster; none when it
// would.
func (s *nodeSpec) faults(tx *cloud.Tx, subnet *cloud.Resource) faults {
	var f faults
	s.checkRole(tx, &f)
	s.checkCNI(tx, subnet, &f)
	s.checkImage(&f)
	if why := s.launchFault(tx, subnet); why != nil {
		f.found(why)
		return f
	}
	s.checkServices(tx, subnet, &f)
	s.checkEndpoint(tx, subnet, &f)
	return f
}

// checkServices wants the node to reach what it calls while it starts. Services
// that are out of reach for the same reason are named together.
func (s *nodeSpec) checkServices(tx *cloud.Tx, subnet *cloud.Resource, f *faults) {
	services := needed
	if Association(tx, s.cluster.ID, "kube-system", cniAccount) != nil {
		services = append(slices.Clone(needed), "eks-auth")
	}
	const unnamed = "the service"
	unreached := map[string][]string{}
	var reasons []string
	for _, service := range services {
		ok, why := ec2.ReachesService(tx, subnet.ID, service, s.groups...)
		if ok {
			continue
		}
		reason := strings.Replace(why, service+" ", unnamed+" ", 1)
		if unreached[reason] == nil {
			reasons = append(reasons, reason)
		}
		unreached[reason] = append(unreached[reason], service)
	}
	for _, reason := range reasons {
		names := strings.Join(unreached[reason], ", ")
		if len(unreached[reason]) == 1 {
			reason = strings.Replace(reason, unnamed+" ", names+" ", 1)
		}
		f.add(nodeShutOff, "nodes in subnet %s do not reach %s: %s; route the subnet through a NAT gateway, or make an endpoint for each", subnet.ID, names, reason)
	}
}

// checkRole wants the node's role to let the kubelet and the container runtime
// do their work, and the cluster to know it.
func (s *nodeSpec) checkRole(tx *cloud.Tx, f *faults) {
	for _, need := range []struct {
		policy  string
		actions []string
	}{
		{"AmazonEKSWorkerNodePolicy", []string{"ec2:DescribeInstances", "eks:DescribeCluster"}},
		{"AmazonEC2ContainerRegistryPullOnly", []string{"ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}},
	} {
		if missing := iam.Missing(tx, s.role, need.actions...); len(missing) > 0 {
			f.add(nodeMayNot, "node role %s does not allow %s: attach %s to it", s.role.ID, strings.Join(missing, ", "), need.policy)
		}
	}
	switch e := entry(tx, s.cluster.ID, s.role.Props.Str("arn")); {
	case e == nil && mode(s.cluster.Props) == modeAPI:
		f.add(nodeNoEntry, "node role %s has no access entry in cluster %s any more: make one of type EC2_LINUX, and let it outlive the node groups", s.role.ID, s.cluster.ID)
	case e != nil && !strings.HasPrefix(e.Props.Str("type"), "EC2"):
		f.add(nodeEntryType, "the access entry of node role %s has type %s: make it EC2_LINUX, or leave it to EKS", s.role.ID, e.Props.Str("type"))
	}
}

// checkCNI wants the VPC CNI to be there, to have credentials, and to find a
// place for the pods of a node in the subnet.
func (s *nodeSpec) checkCNI(tx *cloud.Tx, subnet *cloud.Resource, f *faults) {
	if !s.cni.present {
		f.add(cniMissing, "cluster %s has no vpc-cni, without which nodes stay NotReady: make the add-on vpc-cni before the node group", s.cluster.ID)
		return
	}
	f.found(s.cni.credentials(tx, s.cluster, s.role))
	if !s.cni.networking().CustomNetworking {
		return
	}
	zone := subnet.Props.Str("availabilityZone")
	name, config := s.cni.eniConfig(zone, s.labels)
	if config == nil {
		f.add(cniNoZone, "the VPC CNI uses custom networking, and nodes in zone %s find no ENIConfig %q: add eniConfig.subnets.%s to the add-on's configurationValues, "+
			"with env.ENI_CONFIG_LABEL_DEF topology.kubernetes.io/zone", zone, name, zone)
		return
	}
	pods := tx.Get(cloud.Subnet, config.Str("id"))
	switch {
	case pods == nil:
		f.add(cniSubnetMissing, "ENIConfig %s names the subnet %s, which does not exist", name, config.Str("id"))
	case pods.Props.Str("availabilityZone") != zone:
		f.add(cniSubnetZone, "ENIConfig %s names the subnet %s in zone %s, but interfaces of a node in %s must be in its zone", name, pods.ID, pods.Props.Str("availabilityZone"), zone)
	}
	for _, id := range config.Strs("securityGroups") {
		if g := tx.Get(cloud.SecurityGroup, id); g == nil || g.Props.Str("vpcId") != subnet.Props.Str("vpcId") {
			f.add(cniGroupMissing, "ENIConfig %s names the security group %s, which does not exist in %s", name, id, subnet.Props.Str("vpcId"))
		}
	}
}

// checkImage wants an image of the user's own to know its cluster, and to be no
// newer than it.
func (s *nodeSpec) checkImage(f *faults) {
	if !s.image.custom {
		return
	}
	if !s.image.bootstraps(s.cluster.ID) {
		f.add(nodeNotTold, "the launch template names the image %s, so EKS adds nothing to its user data, and that does not name cluster %s: "+
			"write a NodeConfig with the cluster's name, endpoint, certificate authority and CIDR", s.image.id, s.cluster.ID)
	}
	if plane := s.cluster.Props.Str("version"); versions.Number(s.image.minor) > versions.Number(plane) {
		f.add(nodeImageVersion, "image %s is for Kubernetes %s, newer than the control plane's %s", s.image.id, s.image.minor, plane)
	}
	arch := map[string]instances.Arch{"x86_64": instances.AMD64, "arm64": instances.ARM64}[s.image.arch]
	for _, t := range s.types {
		if t.Arch != arch {
			f.add(nodeImageArch, "the architecture %s of instance type %s does not match the architecture %s of image %s", t.Arch, t.Name, arch, s.image.id)
		}
	}
}

// launchFault is EKS's own look at a subnet before it starts anything there: a
// public subnet must give its hosts public addresses.
func (s *nodeSpec) launchFault(tx *cloud.Tx, subnet *cloud.Resource) error {
	if s.publicAddress != nil || subnet.Props.Bool("mapPublicIpOnLaunch") || !strings.HasPrefix(defaultTarget(tx, subnet.ID), "igw-") {
		return nil
	}
	return nodeSubnetPublic.Late("One or more Amazon EC2 Subnets of [%s] does not automatically assign public IP addresses to instances launched into it: "+
		"set mapPublicIpOnLaunch, or take private subnets", subnet.ID)
}

// checkEndpoint wants the node to reach the cluster's API: inside the VPC where
// the private endpoint is on, and else by way of the internet from an address
// that the public endpoint admits.
func (s *nodeSpec) checkEndpoint(tx *cloud.Tx, subnet *cloud.Resource, f *faults) {
	block, err := netip.ParsePrefix(subnet.Props.Str("cidrBlock"))
	if err != nil {
		return
	}
	if PrivateEndpoint(s.cluster) {
		config := s.cluster.Props.Obj("vpcConfig")
		groups := append([]string{config.Str("clusterSecurityGroupId")}, config.Strs("securityGroupIds")...)
		if !ec2.Admits(tx, groups, 443, block, s.groups...) {
			f.add(nodeRefused, "the security groups of cluster %s (%s) do not admit port 443 from the nodes' groups (%s): "+
				"add the cluster's group to the launch template, or a rule to the cluster's group", s.cluster.ID, strings.Join(groups, ", "), strings.Join(s.groups, ", "))
		}
		return
	}
	if ok, why := ec2.WayOut(tx, subnet.ID); !ok {
		f.add(nodeNoEndpoint, "the private endpoint of cluster %s is off, and nodes do not reach the public one: %s; set endpointPrivateAccess", s.cluster.ID, why)
		return
	}
	admitted := PublicCIDRs(s.cluster)
	source, known := natAddress(tx, subnet.ID)
	inside := func(c string) bool { p, err := netip.ParsePrefix(c); return err == nil && p.Contains(source) }
	if everyone := slices.Contains(admitted, "0.0.0.0/0"); !everyone && (!known || !slices.ContainsFunc(admitted, inside)) {
		f.add(nodeNotAdmitted, "the private endpoint of cluster %s is off, and the public one admits %s but not the nodes, who come from %s: "+
			"set endpointPrivateAccess, or add that address to publicAccessCidrs", s.cluster.ID, strings.Join(admitted, ", "), source)
	}
}

// natAddress is the public address under which hosts in a subnet appear outside
// when they leave through a NAT gateway.
func natAddress(tx *cloud.Tx, subnetID string) (netip.Addr, bool) {
	nat := tx.Get(cloud.NATGateway, defaultTarget(tx, subnetID))
	if nat == nil {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(nat.Props.Str("publicIp"))
	return a, err == nil
}

// defaultTarget is where a subnet's route table sends what is for elsewhere; ""
// when nowhere.
func defaultTarget(tx *cloud.Tx, subnetID string) string {
	table := ec2.TableOf(tx, subnetID)
	if table == nil {
		return ""
	}
	for _, r := range table.Facts.Objs("routes") {
		if r.Str("destination") == "0.0.0.0/0" {
			return r.Str("target")
		}
	}
	return ""
}
