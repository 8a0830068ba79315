package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

// instanceRequirements describe instances in place of naming their types.
func instanceRequirements() cloud.Field {
	between := func(of cloud.Field) cloud.Field { return cloud.Object(cloud.Fields{"min": of, "max": of}) }
	some := func(values ...string) cloud.Field { return cloud.SetOf(cloud.String.OneOf(values...)) }
	types, wanted := cloud.SetOf(cloud.String), cloud.String.OneOf("included", "required", "excluded")
	count, fraction := cloud.Number.AtLeast(1), cloud.Number.Positive()
	atLeast := cloud.Object(cloud.Fields{"min": count.Required(), "max": count}).Required()
	return cloud.Object(cloud.Fields{
		"acceleratorCount":          cloud.Object(cloud.Fields{"min": count, "max": cloud.Number.AtLeast(0)}),
		"acceleratorManufacturers":  some("amazon-web-services", "amd", "nvidia", "xilinx", "habana"),
		"acceleratorNames":          some("a100", "inferentia", "k520", "k80", "m60", "radeon-pro-v520", "t4", "vu9p", "v100", "a10g", "h100", "t4g"),
		"acceleratorTotalMemoryMib": between(count),
		"acceleratorTypes":          some("gpu", "fpga", "inference"),
		"allowedInstanceTypes":      types,
		"bareMetal":                 wanted,
		"baselineEbsBandwidthMbps":  between(count),
		"burstablePerformance":      wanted,
		"cpuManufacturers":          some("intel", "amd", "amazon-web-services", "apple"),
		"excludedInstanceTypes":     types,
		"instanceGenerations":       some("current", "previous"),
		"localStorage":              wanted,
		"localStorageTypes":         some("hdd", "ssd"),
		"memoryGibPerVcpu":          between(fraction),
		"memoryMib":                 atLeast,
		"networkBandwidthGbps":      between(fraction),
		"networkInterfaceCount":     between(count),
		"requireHibernateSupport":   cloud.Bool,
		"totalLocalStorageGb":       between(fraction),
		"vcpuCount":                 atLeast,

		"maxSpotPriceAsPercentageOfOptimalOnDemandPrice": count,
		"onDemandMaxPricePercentageOverLowestPrice":      count,
		"spotMaxPricePercentageOverLowestPrice":          count,
	})
}
