package ekstree

import (
	"encoding/base64"
	"fmt"
)

// launchTemplate registers the launch template for what a managed node group cannot say itself.
func (t *tree) launchTemplate(in props, cluster value) *node {
	os := t.operatingSystem(in)
	args := props{}
	if ownImage(in) {
		args["userData"] = t.userData(in, cluster, os)
		// Without an image EKS would merge its own user data in, and the nodes would not join.
		args["imageId"] = in["amiId"]
		if in["amiId"].IsNull() {
			args["imageId"] = t.recommendedAMI(in, t.attr(cluster, "version"))
		}
	}
	if imds := in["enableIMDSv2"]; !imds.IsNull() {
		tokens := "optional"
		if flag(imds) {
			tokens = "required"
		}
		args["metadataOptions"] = object(props{
			"httpTokens": str(tokens), "httpPutResponseHopLimit": num(2), "httpEndpoint": str("enabled"),
		})
	}
	if size := in["diskSize"]; truthy(size) {
		args["blockDeviceMappings"] = list(object(props{"deviceName": t.apply(dataDevice, os), "ebs": object(props{"volumeSize": size})}))
	}
	return t.custom(child{Registration: Registration{
		Type: "aws:ec2/launchTemplate:LaunchTemplate", Name: t.name + "-launchTemplate", Inputs: args,
	}})
}

// dataDevice is the device that holds pods' data: the root volume, or Bottlerocket's second.
func dataDevice(in []value) (value, error) {
	switch os := text(in[0]); os {
	case al2, al2023:
		return str("/dev/xvda"), nil
	case bottlerocket:
		return str("/dev/xvdb"), nil
	default:
		return null, fmt.Errorf("unknown operating system %q: want %s, %s or %s", os, al2, al2023, bottlerocket)
	}
}

// taintEffects are the effects of taints, as EKS and as Kubernetes spells them.
var taintEffects = map[string]string{
	"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}

// userData is the nodes' user data in base64.
func (t *tree) userData(in props, cluster, os value) value {
	name := in["clusterName"]
	if !truthy(name) {
		name = t.attr(cluster, "name")
	}
	return t.apply(func(v []value) (value, error) {
		if own := text(v[0]); own != "" {
			return str(encoded(own)), nil
		}
		n := nodeBoot{
			cluster: text(v[2]), endpoint: text(v[3]), ca: text(field(v[4], "data")), serviceCIDR: serviceCIDR(v[5]),
			kubeletArgs: text(v[6]), bootstrapArgs: text(v[7]), labels: merged(v[8]), rocket: v[10], extra: v[11],
		}
		var err error
		if n.taints, err = t.taints(v[9]); err != nil {
			return null, err
		}
		out, err := n.userData(text(v[1]))
		return str(encoded(out)), err
	}, in["userData"], os, name, t.attr(cluster, "endpoint"), t.attr(cluster, "certificateAuthority"),
		t.attr(cluster, "kubernetesNetworkConfig"), in["kubeletExtraArgs"], in["bootstrapExtraArgs"], in["labels"], in["taints"],
		in["bottlerocketSettings"], in["nodeadmExtraOptions"])
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func serviceCIDR(network value) string {
	if text(field(network, "ipFamily")) == "ipv6" {
		return text(field(network, "serviceIpv6Cidr"))
	}
	return text(field(network, "serviceIpv4Cidr"))
}

// taint keeps nodes free of pods that do not tolerate it.
type taint struct{ key, value, effect string }

func (t *tree) taints(v value) ([]taint, error) {
	var out []taint
	if !v.IsArray() {
		return nil, nil
	}
	for _, e := range v.ArrayValue() {
		effect, ok := taintEffects[text(field(e, "effect"))]
		if !ok {
			return nil, invalid(t.req, []problem{{"taints",
				fmt.Sprintf("effect is %q: want NO_SCHEDULE, NO_EXECUTE or PREFER_NO_SCHEDULE", text(field(e, "effect")))}})
		}
		out = append(out, taint{text(field(e, "key")), text(field(e, "value")), effect})
	}
	return out, nil
}
