package ec2

import (
	"cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

var (
	volumeType = cloud.Declare(cloud.Rule{
		Name: "volume-type-unknown", Code: "InvalidParameterValue", Source: volumeDocs,
	})
	volumeSize = cloud.Declare(cloud.Rule{
		Name: "volume-size-outside-its-type", Code: "InvalidParameterValue", Source: volumeDocs,
	})
)

const volumeDocs = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"

// volumeSizes are the smallest and largest volumes of each type in GiB.
var volumeSizes = map[string][2]int{
	"gp3": {1, 65536}, "gp2": {1, 16384}, "io1": {4, 16384}, "io2": {4, 65536}, "st1": {125, 16384}, "sc1": {125, 16384}, "standard": {1, 1024},
}

// VolumeSpec says what a volume is to be.
type VolumeSpec struct {
	// Zone is where it is.
	Zone string
	// Type is such as gp3; gp3 when empty.
	Type string
	// GiB is its size.
	GiB int
	// Encrypted volumes are under KMSKey, or the account's aws/ebs key.
	Encrypted bool
	KMSKey    string
	// Owner is who makes it.
	Owner string
	// Tags are its tags.
	Tags map[string]string
	// Facts are what its owner remembers of it.
	Facts cloud.Props
}

// volumeKind is an EBS volume. Programs do not make them here: drivers in a
// cluster do.
func volumeKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Volume, Noun: "EBS Volume", Service: "EC2", Hidden: true, Tagged: true,
		CreateCall: "CreateVolume", DeleteCall: "DeleteVolume",
		Fields: cloud.Fields{
			"arn":              cloud.String.Output(),
			"availabilityZone": cloud.String.Output(),
			"encrypted":        cloud.Bool.Output(),
			"kmsKeyId":         cloud.String.Output(),
			"size":             cloud.Number.Output(),
			"type":             cloud.String.Output(),
		},
	}
}

// MakeVolume makes a volume. It refuses an unknown type or zone, a size that the
// type does not have, and a key that cannot encrypt.
func MakeVolume(tx *cloud.Tx, v VolumeSpec) (*cloud.Resource, error) {
	kind := cmp.Or(v.Type, "gp3")
	limits, known := volumeSizes[kind]
	switch {
	case !known:
		return nil, volumeType.Refuse("Invalid volume type: %s", kind)
	case v.GiB < limits[0] || v.GiB > limits[1]:
		return nil, volumeSize.Refuse("Volume of %dGiB is not between %d and %d for volume type %s.", v.GiB, limits[0], limits[1], kind)
	}
	if _, err := chooseZone(tx, cloud.Props{"availabilityZone": v.Zone}); err != nil {
		return nil, err
	}
	if v.KMSKey != "" {
		if err := kms.Usable(tx, v.KMSKey); err != nil {
			return nil, err
		}
	}
	id := tx.ID("vol-")
	props := cloud.AllTags(v.Tags).With(cloud.Props{
		"arn": tx.ARN("ec2", "volume/"+id), "availabilityZone": v.Zone, "size": float64(v.GiB), "type": kind,
		"encrypted": v.Encrypted || v.KMSKey != "", "kmsKeyId": v.KMSKey,
	})
	return tx.Make(v.Owner, cloud.Volume, id, props, v.Facts), nil
}
