package rds

import (
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	clusterStorageType = rule("db-cluster-storage-type", "InvalidParameterValue", createDocs, cloud.Verified)
	clusterStorageSize = rule("db-cluster-storage-size", "InvalidParameterValue", createDocs, cloud.Verified)
	clusterStorageIOPS = rule("db-cluster-storage-iops", "InvalidParameterCombination", createDocs, cloud.Verified)
	clusterClass       = rule("db-cluster-instance-class", "InvalidParameterCombination", guide+"create-multi-az-db-cluster.html", cloud.Derived)
)

// clusterClasses have a disk of their own, as the d in their names says: that is
// where a cluster writes first.
var clusterClasses = regexp.MustCompile(`^db\.[a-z]+[0-9]+[a-z]*d[a-z]*\.`)

// clusterStorage are the types of storage that a cluster may have.
var clusterStorage = []string{"io1", "io2", "gp3"}

const leastClusterIOPS, mostClusterIOPS = 1000, 256000

// checkClusterStorage refuses instances and storage that a Multi-AZ DB cluster
// does not have.
func checkClusterStorage(p cloud.Props) error {
	kind, size, iops := p.Str("storageType"), p.Int("allocatedStorage"), p.Int("iops")
	bounds := sizes[kind]
	switch {
	case !clusterClasses.MatchString(p.Str("dbClusterInstanceClass")):
		return clusterClass.Refuse("RDS does not support creating a Multi-AZ DB cluster with DBClusterInstanceClass=%s: want a class with local disks, such as db.m6gd.large", p.Str("dbClusterInstanceClass"))
	case !slices.Contains(clusterStorage, kind):
		return clusterStorageType.Refuse("Invalid storage type for a Multi-AZ DB cluster: %s; want io1, io2 or gp3", kind)
	case size < bounds[0] || size > bounds[1]:
		return clusterStorageSize.Refuse("Invalid storage size for engine name postgres and storage type %s: %d; want %d to %d GiB", kind, size, bounds[0], bounds[1])
	case kind != "gp3" && (iops < leastClusterIOPS || iops > mostClusterIOPS || 2*iops < size || iops > 50*size):
		return clusterStorageIOPS.Refuse("Invalid IOPS of %d for %d GiB: %s takes %d to %d, 0.5 to 50 to a GiB", iops, size, kind, leastClusterIOPS, mostClusterIOPS)
	case kind == "gp3" && iops != 0 && (size < gp3Large || iops < 12000 || iops > 64000):
		return clusterStorageIOPS.Refuse("gp3 storage takes 12000 to 64000 IOPS from %d GiB on, not %d with %d GiB", gp3Large, iops, size)
	}
	return nil
}
