package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

func launchTemplateFields() cloud.Fields {
	str, num, yes := cloud.String, cloud.Number, cloud.Bool
	object := func(f cloud.Fields) cloud.Field { return cloud.Object(f) }
	objects := func(f cloud.Fields) cloud.Field { return cloud.ListOf(cloud.Object(f)) }
	return cloud.Fields{
		"name":                              str.AutoNamed(125).ForceNew(),
		"namePrefix":                        str.Computed().ForceNew(),
		"arn":                               str.Output(),
		"latestVersion":                     num.Output(),
		"defaultVersion":                    num.Computed(),
		"updateDefaultVersion":              yes,
		"description":                       str,
		"disableApiStop":                    yes,
		"disableApiTermination":             yes,
		"ebsOptimized":                      str,
		"imageId":                           str,
		"instanceInitiatedShutdownBehavior": str,
		"instanceType":                      str,
		"kernelId":                          str,
		"keyName":                           str,
		"ramDiskId":                         str,
		"securityGroupNames":                cloud.SetOf(str),
		"userData":                          str,
		"vpcSecurityGroupIds":               cloud.SetOf(str),
		"blockDeviceMappings": objects(cloud.Fields{
			"deviceName": str, "noDevice": str, "virtualName": str,
			"ebs": object(cloud.Fields{
				"deleteOnTermination": str, "encrypted": str, "iops": num.Computed(), "kmsKeyId": str, "snapshotId": str,
				"throughput": num.Computed(), "volumeInitializationRate": num, "volumeSize": num.Computed(), "volumeType": str.Computed(),
			}),
		}),
		"capacityReservationSpecification": object(cloud.Fields{
			"capacityReservationPreference": str,
			"capacityReservationTarget":     object(cloud.Fields{"capacityReservationId": str, "capacityReservationResourceGroupArn": str}),
		}),
		"cpuOptions":                  object(cloud.Fields{"amdSevSnp": str, "coreCount": num, "threadsPerCore": num}),
		"creditSpecification":         object(cloud.Fields{"cpuCredits": str}),
		"elasticGpuSpecifications":    objects(cloud.Fields{"type": str.Required()}),
		"elasticInferenceAccelerator": object(cloud.Fields{"type": str.Required()}),
		"enclaveOptions":              object(cloud.Fields{"enabled": yes}),
		"hibernationOptions":          object(cloud.Fields{"configured": yes.Required()}),
		"iamInstanceProfile":          object(cloud.Fields{"arn": str, "name": str}),
		"instanceMarketOptions": object(cloud.Fields{
			"marketType": str,
			"spotOptions": object(cloud.Fields{
				"blockDurationMinutes": num, "instanceInterruptionBehavior": str, "maxPrice": str, "spotInstanceType": str, "validUntil": str.Computed(),
			}),
		}),
		"instanceRequirements":  instanceRequirements(),
		"licenseSpecifications": cloud.SetOf(cloud.Object(cloud.Fields{"licenseConfigurationArn": str.Required()})),
		"maintenanceOptions":    object(cloud.Fields{"autoRecovery": str}),
		"metadataOptions": object(cloud.Fields{
			"httpEndpoint": str.Computed(), "httpProtocolIpv6": str.Computed(), "httpPutResponseHopLimit": num.Computed(),
			"httpTokens": str.Computed(), "instanceMetadataTags": str.Computed(),
		}).Computed(),
		"monitoring": object(cloud.Fields{"enabled": yes}),
		"networkInterfaces": objects(cloud.Fields{
			"associateCarrierIpAddress": str, "associatePublicIpAddress": str, "deleteOnTermination": str, "description": str,
			"deviceIndex": num, "interfaceType": str, "ipv4AddressCount": num, "ipv4Addresses": cloud.SetOf(str), "ipv4PrefixCount": num,
			"ipv4Prefixes": cloud.SetOf(str), "ipv6AddressCount": num, "ipv6Addresses": cloud.SetOf(str), "ipv6PrefixCount": num,
			"ipv6Prefixes": cloud.SetOf(str), "networkCardIndex": num, "networkInterfaceId": str, "primaryIpv6": str,
			"privateIpAddress": str, "securityGroups": cloud.SetOf(str), "subnetId": str,
			"connectionTrackingSpecification": object(cloud.Fields{"tcpEstablishedTimeout": num, "udpStreamTimeout": num, "udpTimeout": num}),
			"enaSrdSpecification": object(cloud.Fields{
				"enaSrdEnabled": yes, "enaSrdUdpSpecification": object(cloud.Fields{"enaSrdUdpEnabled": yes}),
			}),
		}),
		"placement": object(cloud.Fields{
			"affinity": str, "availabilityZone": str, "groupName": str, "hostId": str, "hostResourceGroupArn": str,
			"partitionNumber": num, "spreadDomain": str, "tenancy": str,
		}),
		"privateDnsNameOptions": object(cloud.Fields{
			"enableResourceNameDnsARecord": yes, "enableResourceNameDnsAaaaRecord": yes, "hostnameType": str,
		}),
		"tagSpecifications": objects(cloud.Fields{"resourceType": str, "tags": cloud.MapOf(str)}),
	}
}

func instanceRequirements() cloud.Field {
	between := cloud.Object(cloud.Fields{"min": cloud.Number, "max": cloud.Number})
	atLeast := cloud.Object(cloud.Fields{"min": cloud.Number.Required(), "max": cloud.Number}).Required()
	names := cloud.SetOf(cloud.String)
	return cloud.Object(cloud.Fields{
		"acceleratorCount": between, "acceleratorManufacturers": names, "acceleratorNames": names, "acceleratorTotalMemoryMib": between,
		"acceleratorTypes": names, "allowedInstanceTypes": names, "bareMetal": cloud.String, "baselineEbsBandwidthMbps": between,
		"burstablePerformance": cloud.String, "cpuManufacturers": names, "excludedInstanceTypes": names, "instanceGenerations": names,
		"localStorage": cloud.String, "localStorageTypes": names, "maxSpotPriceAsPercentageOfOptimalOnDemandPrice": cloud.Number,
		"memoryGibPerVcpu": between, "memoryMib": atLeast, "networkBandwidthGbps": between, "networkInterfaceCount": between,
		"onDemandMaxPricePercentageOverLowestPrice": cloud.Number, "requireHibernateSupport": cloud.Bool,
		"spotMaxPricePercentageOverLowestPrice": cloud.Number, "totalLocalStorageGb": between, "vcpuCount": atLeast,
	})
}
