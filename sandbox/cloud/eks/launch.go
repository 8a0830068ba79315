package eks

import (
	"errors"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// What an instance remembers of being a node.
const (
	groupFact   = "nodeGroup"
	readyFact   = "ready"
	maxPodsFact = "maxPods"
	roleFact    = "role"
	hopsFact    = "metadataHops"
)

// cniOwner owns the interfaces that the VPC CNI attaches to nodes.
const cniOwner = "vpc-cni"

// settle brings a group to a number of nodes, tries again those that did not
// join, and sets the group's status.
func (s *nodeSpec) settle(tx *cloud.Tx, r *cloud.Resource, desired int) error {
	have := instancesOf(tx, r.ID)
	for len(have) > desired {
		last := have[len(have)-1]
		if err := terminate(tx, last, leaks(tx, s.cluster, s.role.Props.Str("arn"))); err != nil {
			return err
		}
		have = have[:len(have)-1]
	}
	var f faults
	for _, i := range have {
		if !i.Facts.Bool(readyFact) {
			f = append(f, s.retry(tx, i)...)
		}
	}
	for n := len(have); n < desired; n++ {
		f = append(f, s.launch(tx, r, s.subnets[n%len(s.subnets)])...)
	}
	r.Props["status"] = "ACTIVE"
	if len(f) > 0 {
		r.Props["status"] = "CREATE_FAILED"
	}
	return f.err()
}

// launch starts one node of a group in a subnet. One that cannot join is left
// running, as EKS leaves it.
func (s *nodeSpec) launch(tx *cloud.Tx, r *cloud.Resource, subnet *cloud.Resource) faults {
	name := r.Props.Str("nodeGroupName")
	_, f := s.start(tx, subnet, start{
		by: owner, profile: "eks-" + name, facts: cloud.Props{groupFact: r.ID, maxPodsFact: s.maxPods()}, tags: map[string]string{
			"eks:cluster-name": s.cluster.ID, "eks:nodegroup-name": name, "kubernetes.io/cluster/" + s.cluster.ID: "owned",
		},
	})
	return f
}

// start is what only whoever starts a node knows of it.
type start struct {
	by, profile string
	tags        map[string]string
	facts       cloud.Props
}

// start starts one node in a subnet; nil when EC2 does not even start it.
func (s *nodeSpec) start(tx *cloud.Tx, subnet *cloud.Resource, by start) (*cloud.Resource, faults) {
	var f faults
	if why := s.launchFault(tx, subnet); why != nil {
		f.found(why)
		return nil, f
	}
	id := tx.ID("i-")
	public := subnet.Props.Bool("mapPublicIpOnLaunch")
	if s.publicAddress != nil {
		public = *s.publicAddress
	}
	nic, err := ec2.AttachInterface(tx, ec2.Interface{
		SubnetID: subnet.ID, SecurityGroups: s.groups, For: ec2.For(cloud.Instance, id), Owner: by.by, Public: public,
	})
	if err != nil {
		f.add(nodeSubnetFull, "%s; give the nodes subnets with room", refusalText(err))
		return nil, f
	}
	f = s.faults(tx, subnet)
	if len(f) == 0 {
		f = s.attachPods(tx, id, subnet, nic)
	}
	ip := nic.Props.Str("privateIp")
	return tx.Make(by.by, cloud.Instance, id, cloud.AllTags(by.tags).With(cloud.Props{
		"ami": s.image.id, "arn": tx.ARN("ec2", "instance/"+id), "availabilityZone": subnet.Props.Str("availabilityZone"),
		"iamInstanceProfile": by.profile, "instanceState": "running", "instanceType": s.types[0].Name,
		"privateDns": privateDNS(tx.Session.Region, ip), "privateIp": ip, "publicIp": nic.Props.Str("publicIp"),
		"subnetId": subnet.ID, "vpcId": subnet.Props.Str("vpcId"), "vpcSecurityGroupIds": cloud.Strings(s.groups...),
	}), by.facts.With(cloud.Props{
		readyFact: len(f) == 0, roleFact: s.role.Props.Str("arn"), hopsFact: s.hops,
	})), f
}

// retry looks again at a node that did not join: what was missing may be there
// now.
func (s *nodeSpec) retry(tx *cloud.Tx, i *cloud.Resource) (f faults) {
	subnet := tx.Get(cloud.Subnet, i.Props.Str("subnetId"))
	nics := ec2.InterfacesFor(tx, ec2.For(cloud.Instance, i.ID))
	if subnet == nil || len(nics) == 0 {
		f.add(nodeLost, "instance %s has lost its network interface; delete the node group and make it again", i.ID)
		return f
	}
	f = s.faults(tx, subnet)
	if len(f) == 0 {
		f = s.attachPods(tx, i.ID, subnet, nics[0])
	}
	if len(f) == 0 {
		i.Facts[readyFact], i.Facts[maxPodsFact] = true, float64(s.maxPods())
		tx.Put(i)
	}
	return f
}

// attachPods takes the addresses for a node's first pods, as the VPC CNI does
// when it starts.
func (s *nodeSpec) attachPods(tx *cloud.Tx, id string, subnet, primary *cloud.Resource) (f faults) {
	first, second := s.cni.addresses(s.types[0])
	if more := first - 1; more > 0 {
		if free := ec2.FreeAddresses(tx, subnet); free < more {
			f.add(cniNoRoom, noRoom, subnet.ID, free, more)
			return f
		}
		primary.Facts["addresses"] = first
		tx.Put(primary)
	}
	if second == 0 {
		return nil
	}
	pods, groups := subnet, s.groups
	custom := s.cni.networking().CustomNetworking
	if custom {
		_, config := s.cni.eniConfig(subnet.Props.Str("availabilityZone"), s.labels)
		pods = tx.Get(cloud.Subnet, config.Str("id"))
		if g := config.Strs("securityGroups"); len(g) > 0 {
			groups = g
		}
	}
	if free := ec2.FreeAddresses(tx, pods); free < second {
		if !custom {
			return nil // The interface in reserve is a luxury.
		}
		f.add(cniNoRoom, noRoom, pods.ID, free, second)
		return f
	}
	_, err := ec2.AttachInterface(tx, ec2.Interface{
		SubnetID: pods.ID, SecurityGroups: groups, For: ec2.For(cloud.Instance, id), Owner: cniOwner,
		Description: "aws-K8S-" + id, Addresses: second,
	})
	if err != nil {
		f.add(cniNoInterface, "the VPC CNI cannot attach an interface for pods: %s", refusalText(err))
	}
	return f
}

const noRoom = "subnet %s has %d free addresses and the VPC CNI needs %d for the pods of one more node: make it larger, or add a subnet"

// refusalText is what a refused call of another service says, without the
// call.
func refusalText(err error) string {
	var refusal *cloud.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code() + ": " + refusal.Message
	}
	return err.Error()
}

// maxPods is the number of pods that the kubelet of the group's nodes takes.
func (s *nodeSpec) maxPods() int {
	if !s.image.custom {
		return instances.Managed(s.types, s.cni.networking()).MaxPods
	}
	if n := s.image.toldMaxPods(); n > 0 {
		return n
	}
	return instances.Nodeadm(s.types[0])
}

// terminate ends a node. Its pod interfaces go with it, or, when the VPC CNI
// cannot clean up any more, stay in their subnets and block their deletion.
func terminate(tx *cloud.Tx, i *cloud.Resource, leaks bool) error {
	if leaks {
		for _, nic := range ec2.InterfacesFor(tx, ec2.For(cloud.Instance, i.ID)) {
			if nic.Owner == cniOwner {
				nic.Props["status"] = "available"
				nic.Facts["for"] = ""
				tx.Put(nic)
			}
		}
	}
	return tx.Delete(i)
}

// leaks tells whether nodes with a role, if they are terminated now, leave their
// pods' interfaces behind: nobody deletes those while the VPC CNI is not there or
// may not call EC2.
func leaks(tx *cloud.Tx, c *cloud.Resource, roleARN string) bool {
	n, role := cniOf(tx, c), iam.RoleByARN(tx, roleARN)
	return !n.present || role == nil || n.credentials(tx, c, role) != nil
}

// instancesOf are the instances of a node group, oldest first.
func instancesOf(tx *cloud.Tx, group string) []*cloud.Resource {
	return tx.List(cloud.Instance, func(i *cloud.Resource) bool { return i.Facts.Str(groupFact) == group })
}
