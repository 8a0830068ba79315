package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

func launchTemplateFields() cloud.Fields {
	str, num, yes := cloud.String, cloud.Number, cloud.Bool
	arn, truth := str.Like(cloud.ARNText), str.Like(cloud.BoolText)
	object := func(f cloud.Fields) cloud.Field { return cloud.Object(f) }
	objects := func(f cloud.Fields) cloud.Field { return cloud.ListOf(cloud.Object(f)) }
	return cloud.Fields{
		"name":                              str.Like(templateNameText).AutoNamed(125).ForceNew(),
		"namePrefix":                        str.Like(templateNameText).Computed().ForceNew(),
		"arn":                               str.Output(),
		"latestVersion":                     num.Output(),
		"defaultVersion":                    num.Computed().AtLeast(1),
		"updateDefaultVersion":              yes,
		"description":                       str,
		"disableApiStop":                    yes,
		"disableApiTermination":             yes,
		"ebsOptimized":                      truth,
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
				"deleteOnTermination": truth, "encrypted": truth, "iops": num.Computed(), "kmsKeyId": arn, "snapshotId": str,
				"throughput": num.Computed().Between(125, 1000), "volumeInitializationRate": num.Computed().Between(100, 300),
				"volumeSize": num.Computed(), "volumeType": str.Computed(),
			}),
		}),
		"capacityReservationSpecification": object(cloud.Fields{
			"capacityReservationPreference": str.OneOf("capacity-reservations-only", "open", "none"),
			"capacityReservationTarget":     object(cloud.Fields{"capacityReservationId": str, "capacityReservationResourceGroupArn": arn}),
		}),
		"cpuOptions":                  object(cloud.Fields{"amdSevSnp": str.OneOf("enabled", "disabled"), "coreCount": num, "threadsPerCore": num}),
		"creditSpecification":         object(cloud.Fields{"cpuCredits": str.OneOf("standard", "unlimited")}),
		"elasticGpuSpecifications":    objects(cloud.Fields{"type": str.Required()}),
		"elasticInferenceAccelerator": object(cloud.Fields{"type": str.Required()}),
		"enclaveOptions":              object(cloud.Fields{"enabled": yes}),
		"hibernationOptions":          object(cloud.Fields{"configured": yes.Required()}),
		"iamInstanceProfile":          object(cloud.Fields{"arn": arn, "name": str}),
		"instanceMarketOptions": object(cloud.Fields{
			"marketType": str.OneOf("spot", "capacity-block"),
			"spotOptions": object(cloud.Fields{
				"blockDurationMinutes": num, "instanceInterruptionBehavior": str.OneOf("hibernate", "stop", "terminate"), "maxPrice": str,
				"spotInstanceType": str.OneOf("one-time", "persistent"), "validUntil": str.Computed().Like(cloud.TimeText),
			}),
		}),
		"instanceRequirements":  instanceRequirements(),
		"licenseSpecifications": cloud.SetOf(cloud.Object(cloud.Fields{"licenseConfigurationArn": arn.Required()})),
		"maintenanceOptions":    object(cloud.Fields{"autoRecovery": str.OneOf("default", "disabled")}),
		"metadataOptions": object(cloud.Fields{
			"httpEndpoint": str.Computed(), "httpProtocolIpv6": str.Computed().OneOf("disabled", "enabled"), "httpPutResponseHopLimit": num.Computed(),
			"httpTokens": str.Computed(), "instanceMetadataTags": str.Computed(),
		}).Computed(),
		"monitoring": object(cloud.Fields{"enabled": yes}),
		"networkInterfaces": objects(cloud.Fields{
			"associateCarrierIpAddress": truth, "associatePublicIpAddress": truth, "deleteOnTermination": truth, "description": str,
			"deviceIndex": num, "interfaceType": str.OneOf("efa", "efa-only", "interface"),
			"ipv4AddressCount": num, "ipv4Addresses": cloud.SetOf(str.Like(cloud.IPv4Text)),
			"ipv4PrefixCount": num, "ipv4Prefixes": cloud.SetOf(str.Like(cloud.IPv4Network)),
			"ipv6AddressCount": num, "ipv6Addresses": cloud.SetOf(str.Like(cloud.IPv6Text)),
			"ipv6PrefixCount": num, "ipv6Prefixes": cloud.SetOf(str.Like(cloud.IPv6Network)),
			"networkCardIndex": num, "networkInterfaceId": str, "primaryIpv6": truth,
			"privateIpAddress": str.Like(cloud.IPv4Text), "securityGroups": cloud.SetOf(str), "subnetId": str,
			"connectionTrackingSpecification": object(cloud.Fields{
				"tcpEstablishedTimeout": num.Between(60, 432000), "udpStreamTimeout": num.Between(60, 180), "udpTimeout": num.Between(30, 60),
			}),
			"enaSrdSpecification": object(cloud.Fields{
				"enaSrdEnabled": yes, "enaSrdUdpSpecification": object(cloud.Fields{"enaSrdUdpEnabled": yes}),
			}),
		}),
		"placement": object(cloud.Fields{
			"affinity": str, "availabilityZone": str, "groupName": str, "hostId": str, "hostResourceGroupArn": arn,
			"partitionNumber": num, "spreadDomain": str, "tenancy": str.OneOf("default", "dedicated", "host"),
		}),
		"privateDnsNameOptions": object(cloud.Fields{
			"enableResourceNameDnsARecord": yes, "enableResourceNameDnsAaaaRecord": yes, "hostnameType": str.OneOf("ip-name", "resource-name"),
		}),
		"tagSpecifications": objects(cloud.Fields{"resourceType": str.OneOf("instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"), "tags": cloud.MapOf(str)}),
	}
}
