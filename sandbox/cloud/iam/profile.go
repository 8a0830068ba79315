package iam

import "github.com/slipway-iac/slipway/sandbox/cloud"

func profileKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.IAMInstanceProfile, Noun: "IAM Instance Profile", Service: serviceName, Global: true, Tagged: true,
		CreateCall: "CreateInstanceProfile", UpdateCall: "AddRoleToInstanceProfile", DeleteCall: "DeleteInstanceProfile",
		Fields: cloud.Fields{
			"name":       cloud.String.AutoNamed(128).ForceNew(),
			"namePrefix": cloud.String.Like(nameText).Computed().ForceNew(),
			"path":       cloud.String.ForceNew().Default("/"),
			"role":       cloud.String,
			"arn":        cloud.String.Output(),
			"uniqueId":   cloud.String.Output(),
			"createDate": cloud.String.Output(),
		},
		Check:  func(p cloud.Props) []cloud.Problem { return checkNames(p, 128) },
		Create: createProfile,
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return checkProfileRole(tx, news) },
	}
}

func createProfile(tx *cloud.Tx, r *cloud.Resource) error {
	name := giveName(tx, r)
	if named(tx, cloud.IAMInstanceProfile, name) != nil {
		return exists.Refuse("Instance Profile %s already exists.", name)
	}
	if err := checkPath(r.Props); err != nil {
		return err
	}
	if err := checkCount(tx, cloud.IAMInstanceProfile, maxProfiles, "InstanceProfilesPerAccount"); err != nil {
		return err
	}
	r.ID = name
	r.Props["arn"] = arn(tx, "instance-profile", r.Props.Str("path"), name)
	r.Props["uniqueId"] = uniqueID(tx, "AIPA")
	r.Props["createDate"] = timestamp(tx)
	return checkProfileRole(tx, r.Props)
}

func checkProfileRole(tx *cloud.Tx, p cloud.Props) error {
	if !p.Has("role") {
		return nil
	}
	_, err := roleNamed(tx, p.Str("role"))
	return err
}
