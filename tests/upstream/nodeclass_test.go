package upstream

import "testing"

// ec2NodeClass has the fields of an EC2NodeClass by their names and types, from
// https://karpenter.sh/docs/concepts/nodeclasses/ as of v1.14. It stands in for
// the type in github.com/aws/karpenter-provider-aws, which the Go module proxy
// does not serve.
type ec2NodeClass struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name        string            `json:"name"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec struct {
		SubnetSelectorTerms        []selector `json:"subnetSelectorTerms"`
		SecurityGroupSelectorTerms []selector `json:"securityGroupSelectorTerms"`
		AMISelectorTerms           []struct {
			Alias        string            `json:"alias"`
			Tags         map[string]string `json:"tags"`
			ID           string            `json:"id"`
			Name         string            `json:"name"`
			Owner        string            `json:"owner"`
			SSMParameter string            `json:"ssmParameter"`
		} `json:"amiSelectorTerms"`
		AMIFamily       string            `json:"amiFamily"`
		UserData        string            `json:"userData"`
		Role            string            `json:"role"`
		InstanceProfile string            `json:"instanceProfile"`
		Tags            map[string]string `json:"tags"`
		Kubelet         struct {
			ClusterDNS                  []string          `json:"clusterDNS"`
			MaxPods                     int32             `json:"maxPods"`
			PodsPerCore                 int32             `json:"podsPerCore"`
			SystemReserved              map[string]string `json:"systemReserved"`
			KubeReserved                map[string]string `json:"kubeReserved"`
			EvictionHard                map[string]string `json:"evictionHard"`
			EvictionSoft                map[string]string `json:"evictionSoft"`
			EvictionSoftGracePeriod     map[string]string `json:"evictionSoftGracePeriod"`
			EvictionMaxPodGracePeriod   int32             `json:"evictionMaxPodGracePeriod"`
			ImageGCHighThresholdPercent int32             `json:"imageGCHighThresholdPercent"`
			ImageGCLowThresholdPercent  int32             `json:"imageGCLowThresholdPercent"`
			CPUCFSQuota                 bool              `json:"cpuCFSQuota"`
		} `json:"kubelet"`
		BlockDeviceMappings []struct {
			DeviceName string `json:"deviceName"`
			RootVolume bool   `json:"rootVolume"`
			EBS        struct {
				DeleteOnTermination bool   `json:"deleteOnTermination"`
				Encrypted           bool   `json:"encrypted"`
				IOPS                int64  `json:"iops"`
				KMSKeyID            string `json:"kmsKeyID"`
				SnapshotID          string `json:"snapshotID"`
				Throughput          int64  `json:"throughput"`
				VolumeSize          string `json:"volumeSize"`
				VolumeType          string `json:"volumeType"`
			} `json:"ebs"`
		} `json:"blockDeviceMappings"`
		InstanceStorePolicy      string `json:"instanceStorePolicy"`
		DetailedMonitoring       bool   `json:"detailedMonitoring"`
		AssociatePublicIPAddress bool   `json:"associatePublicIPAddress"`
		MetadataOptions          struct {
			HTTPEndpoint            string `json:"httpEndpoint"`
			HTTPProtocolIPv6        string `json:"httpProtocolIPv6"`
			HTTPPutResponseHopLimit int64  `json:"httpPutResponseHopLimit"`
			HTTPTokens              string `json:"httpTokens"`
		} `json:"metadataOptions"`
	} `json:"spec"`
}

type selector struct {
	Tags map[string]string `json:"tags"`
	ID   string            `json:"id"`
	Name string            `json:"name"`
}

func TestEC2NodeClasses(t *testing.T) {
	var class ec2NodeClass
	decode(t, karpenterFiles+"ec2nodeclass.general.json", &class)
	if class.Spec.Role == "" || class.Spec.Kubelet.MaxPods != 110 || class.Spec.MetadataOptions.HTTPPutResponseHopLimit != 1 {
		t.Errorf("role, pods or metadata options did not arrive: %+v", class.Spec)
	}
}
