package rds

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	storageSize = rule("db-storage-size", "InvalidParameterValue", guide+"CHAP_Storage.html", cloud.Verified)
	storageIOPS = rule("db-storage-iops", "InvalidParameterCombination", guide+"CHAP_Storage.html", cloud.Verified)
	storageMax  = rule("db-storage-autoscaling", "InvalidParameterCombination", guide+"USER_PIOPS.Autoscaling.html", cloud.Verified)
	storageLess = rule("db-storage-shrinks", "InvalidParameterCombination", api+"API_ModifyDBInstance.html", cloud.Verified)
)

// gp3Large is the size in GiB from which RDS stripes gp3 volumes of PostgreSQL:
// only then can their IOPS and throughput be chosen.
const gp3Large = 400

// sizes are the fewest and most GiB of each type of storage.
var sizes = map[string][2]int{
	"gp2": {20, 65536}, "gp3": {20, 65536}, "io1": {100, 65536}, "io2": {100, 65536}, "standard": {5, 3072},
}

func checkStorage(p cloud.Props) error {
	kind, size, iops, throughput := p.Str("storageType"), p.Int("allocatedStorage"), p.Int("iops"), p.Int("storageThroughput")
	bounds := sizes[kind]
	provisioned := kind == "io1" || kind == "io2"
	switch {
	case size < bounds[0] || size > bounds[1]:
		return storageSize.Refuse("Invalid storage size for engine name postgres and storage type %s: %d; want %d to %d GiB", kind, size, bounds[0], bounds[1])
	case kind == "gp3" && size < gp3Large && (iops != 0 || throughput != 0):
		return storageIOPS.Refuse("You can't specify IOPS or storage throughput for engine postgres and a storage size less than %d.", gp3Large)
	case kind == "gp3" && iops != 0 && (iops < 12000 || iops > 64000), kind == "gp3" && throughput != 0 && (throughput < 500 || throughput > 4000):
		return storageIOPS.Refuse("gp3 storage of %d GiB or more takes 12000 to 64000 IOPS and 500 to 4000 MiB/s, not %d and %d", gp3Large, iops, throughput)
	case provisioned && (2*iops < size || iops > 50*size):
		return storageIOPS.Refuse("Invalid IOPS to storage (GB) ratio of %d to %d: %s takes 0.5 to 50 IOPS to a GiB", iops, size, kind)
	case !provisioned && kind != "gp3" && iops != 0:
		return storageIOPS.Refuse("You can't specify IOPS for storage type %s", kind)
	}
	if most := p.Int("maxAllocatedStorage"); most != 0 && most*10 < size*11 {
		return storageMax.Refuse("Max storage size must be greater than storage size by a tenth at least: %d, %d", most, size)
	}
	return nil
}

// performance sets what RDS tells of storage that leaves its performance open.
func performance(p cloud.Props) {
	if p.Str("storageType") != "gp3" {
		fill(p, "iops", 0.0)
		fill(p, "storageThroughput", 0.0)
		return
	}
	iops, throughput := 3000.0, 125.0
	if p.Int("allocatedStorage") >= gp3Large {
		iops, throughput = 12000, 500
	}
	fill(p, "iops", iops)
	fill(p, "storageThroughput", throughput)
}

func fill(p cloud.Props, name string, v any) {
	if !p.Has(name) {
		p[name] = v
	}
}
