package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
)

// StorageType is a type of EBS storage.
type StorageType string

// The types. The other ones that RDS has are older and no better.
const (
	// GP3 serves 3000 IOPS, and from 400 GiB on 12000 or what is asked for.
	GP3 StorageType = "gp3"
	// IO2 serves the IOPS that are asked for, with less delay and more durably, at a
	// price for each of them.
	IO2 StorageType = "io2"
)

// The limits of each type. See
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
const (
	leastGiB, mostGiB = 20, 65536
	// gp3Striped is from how many GiB on the performance of gp3 can be chosen.
	gp3Striped                       = 400
	gp3LeastIOPS, gp3MostIOPS        = 12000, 64000
	gp3LeastMiBps, gp3MostMiBps      = 500, 4000
	io2LeastGiB                      = 100
	io2LeastIOPS, io2MostIOPS        = 1000, 256000
	io2MostIOPSToGiB, io2MostGiBToIO = 50, 2
)

// leastGiB is the smallest storage of the type.
func (t StorageType) leastGiB() int {
	if t == IO2 {
		return io2LeastGiB
	}
	return leastGiB
}

func (a Args) validateStorage(e *check.Errors) {
	e.That(a.GiB >= a.StorageType.leastGiB() && a.GiB <= mostGiB, "GiB", a.GiB, fmt.Sprintf("%d to %d", a.StorageType.leastGiB(), mostGiB))
	within := func(field string, value, least, most int, of string) {
		e.That(value == 0 || value >= least && value <= most, field, value, fmt.Sprintf("%d to %d%s", least, most, of))
	}
	switch {
	case a.StorageType == IO2:
		e.That(a.IOPS >= io2LeastIOPS && a.IOPS <= io2MostIOPS, "IOPS", a.IOPS, fmt.Sprintf("%d to %d with io2", io2LeastIOPS, io2MostIOPS))
		e.That(a.IOPS*io2MostGiBToIO >= a.GiB && a.IOPS <= a.GiB*io2MostIOPSToGiB, "IOPS", a.IOPS, "half a one to 50 for each GiB with io2")
		e.That(a.MiBps == 0, "MiBps", a.MiBps, "0 with io2, where it follows from the IOPS")
	case a.StorageType != GP3:
		e.That(false, "StorageType", string(a.StorageType), "gp3 or io2")
	case a.GiB < gp3Striped:
		e.That(a.IOPS == 0 && a.MiBps == 0, "IOPS and MiBps", [2]int{a.IOPS, a.MiBps}, "0 with less than 400 GiB of gp3, which has 3000 IOPS and 125 MiB/s")
	default:
		within("IOPS", a.IOPS, gp3LeastIOPS, gp3MostIOPS, " with gp3")
		within("MiBps", a.MiBps, gp3LeastMiBps, gp3MostMiBps, " with gp3")
	}
}

// given is a number where it is not RDS's to choose.
func given(n int) pulumi.IntPtrInput {
	if n == 0 {
		return nil
	}
	return pulumi.Int(n)
}
