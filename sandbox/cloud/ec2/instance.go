package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

// instanceKind is a virtual machine. Programs do not make them here: node
// groups and node pools do.
func instanceKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Instance, Noun: "EC2 Instance", Service: "EC2", Hidden: true, Tagged: true,
		CreateCall: "RunInstances", DeleteCall: "TerminateInstances",
		Fields: cloud.Fields{
			"ami":                 cloud.String.Output(),
			"arn":                 cloud.String.Output(),
			"availabilityZone":    cloud.String.Output(),
			"iamInstanceProfile":  cloud.String.Output(),
			"instanceState":       cloud.String.Output(),
			"instanceType":        cloud.String.Output(),
			"privateDns":          cloud.String.Output(),
			"privateIp":           cloud.String.Output(),
			"publicIp":            cloud.String.Output(),
			"subnetId":            cloud.String.Output(),
			"vpcId":               cloud.String.Output(),
			"vpcSecurityGroupIds": cloud.SetOf(cloud.String).Output(),
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			ReleaseInterfaces(tx, For(cloud.Instance, r.ID))
			return nil
		},
	}
}
