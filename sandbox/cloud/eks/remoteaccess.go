package eks

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
)

var remoteGroupStays = rule("node-group-remote-access-group-in-use", "Ec2SecurityGroupDeletionFailure", api+"API_Issue.html", cloud.Verified)

// openRemoteAccess makes the security group through which a group's nodes are
// reached by SSH, from the given groups or from everywhere, and returns its ID;
// "" when no key is given.
func (s *nodeSpec) openRemoteAccess(tx *cloud.Tx, p cloud.Props, key string) (string, error) {
	access := p.Obj("remoteAccess")
	if access.Str("ec2SshKey") == "" {
		return "", nil
	}
	group, err := ec2.MakeSecurityGroup(tx, ec2.Group{
		VPCID: s.cluster.Props.Obj("vpcConfig").Str("vpcId"), Name: "eks-remoteAccess-" + key, Owner: owner,
		Description: "Security group for all nodes in the nodeGroup to allow SSH access",
		Tags:        map[string]string{"eks": p.Str("nodeGroupName"), "eks:nodegroup-name": p.Str("nodeGroupName")},
	})
	if err != nil {
		return "", err
	}
	peers := access.Strs("sourceSecurityGroupIds")
	if len(peers) == 0 {
		peers = []string{"0.0.0.0/0"}
	}
	for _, peer := range peers {
		if _, err := ec2.Authorize(tx, group.ID, ec2.Permission{Protocol: "tcp", From: 22, To: 22, Peer: peer}); err != nil {
			return "", err
		}
	}
	s.groups = append(s.groups, group.ID)
	return group.ID, nil
}

// closeRemoteAccess deletes that group. EKS fails to delete a node group whose
// security group something else uses.
func closeRemoteAccess(tx *cloud.Tx, r *cloud.Resource) error {
	id := remoteGroup(r.Props)
	if id == "" {
		return nil
	}
	group := tx.Get(cloud.SecurityGroup, id)
	if group == nil {
		return nil
	}
	if err := tx.Delete(group); err != nil {
		return remoteGroupStays.Refuse("We could not delete the remote access security group %s of node group %s (%s): remove what uses it", id, r.ID, refusalText(err))
	}
	return nil
}

// remoteGroup is the security group that EKS made for SSH, or "".
func remoteGroup(p cloud.Props) string {
	for _, made := range p.Objs("resources") {
		return made.Str("remoteAccessSecurityGroupId")
	}
	return ""
}
