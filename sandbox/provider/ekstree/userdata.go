package ekstree

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// nodeBoot is what a node is told when it starts.
type nodeBoot struct {
	cluster, endpoint, ca, serviceCIDR string

	kubeletArgs   string
	bootstrapArgs string
	labels        props
	taints        []taint
	rocket        value // Settings of Bottlerocket.
	extra         value // Further parts for nodeadm.
}

// userData is the text in the form that the operating system reads.
func (n nodeBoot) userData(os string) (string, error) {
	unfit := func(what string) error {
		return fmt.Errorf("%s has no meaning for operating system %s: leave it out", what, os)
	}
	switch {
	case os != bottlerocket && truthy(n.rocket):
		return "", unfit("bottlerocketSettings")
	case os != al2 && n.bootstrapArgs != "":
		return "", unfit("bootstrapExtraArgs")
	case os == bottlerocket && n.kubeletArgs != "":
		return "", unfit("kubeletExtraArgs")
	}
	switch os {
	case al2:
		return n.bootstrapScript(), nil
	case al2023:
		return n.nodeadm(), nil
	case bottlerocket:
		return n.toml()
	}
	return "", fmt.Errorf("unknown operating system %q: want %s, %s or %s", os, al2, al2023, bottlerocket)
}

// kubeletFlags are the program's flags and those that give the node its labels and taints.
func (n nodeBoot) kubeletFlags() []string {
	var flags []string
	if n.kubeletArgs != "" {
		flags = strings.Split(n.kubeletArgs, " ")
	}
	if len(n.labels) > 0 {
		labels := each(keys(n.labels), func(k resource.PropertyKey) string { return string(k) + "=" + text(n.labels[k]) })
		flags = append(flags, "--node-labels="+strings.Join(labels, ","))
	}
	if len(n.taints) > 0 {
		taints := each(n.taints, func(t taint) string {
			if t.value == "" {
				return t.key + ":" + t.effect
			}
			return t.key + "=" + t.value + ":" + t.effect
		})
		flags = append(flags, "--register-with-taints="+strings.Join(taints, ","))
	}
	return flags
}

// bootstrapScript is the user data of AL2: one call of the image's bootstrap script.
func (n nodeBoot) bootstrapScript() string {
	args := ""
	if n.bootstrapArgs != "" {
		args = " " + n.bootstrapArgs
	}
	switch flags := n.kubeletFlags(); len(flags) {
	case 0:
	case 1:
		args += " --kubelet-extra-args " + flags[0]
	default:
		args += " --kubelet-extra-args '" + strings.Join(flags, " ") + "'"
	}
	const mark = "==MYBOUNDARY=="
	return mimeHeader(mark) + "--" + mark + "\nContent-Type: text/x-shellscript; charset=\"us-ascii\"\n\n" +
		fmt.Sprintf("#!/bin/bash\n\n/etc/eks/bootstrap.sh --apiserver-endpoint %q --b64-cluster-ca %q %q%s\n", n.endpoint, n.ca, n.cluster, args) +
		"--" + mark + "--"
}

func mimeHeader(mark string) string {
	return fmt.Sprintf("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"%s\"\n\n", mark)
}

// nodeadm is the user data of AL2023: NodeConfig documents, which nodeadm merges, and whatever else the program adds.
func (n nodeBoot) nodeadm() string {
	const mark = "BOUNDARY"
	out := mimeHeader(mark)
	part := func(contentType, content string) {
		out += fmt.Sprintf("--%s\nContent-Type: %s\n\n%s\n", mark, contentType, content)
	}
	config := func(spec fields) {
		part("application/node.eks.aws", "---\n"+yamlText(fields{
			{"apiVersion", "node.eks.aws/v1alpha1"}, {"kind", "NodeConfig"}, {"spec", spec},
		}))
	}
	config(fields{{"cluster", fields{
		{"name", n.cluster}, {"apiServerEndpoint", n.endpoint}, {"certificateAuthority", n.ca}, {"cidr", n.serviceCIDR},
	}}})
	if flags := n.kubeletFlags(); len(flags) > 0 {
		config(fields{{"kubelet", fields{{"flags", each(flags, func(f string) any { return f })}}}})
	}
	if n.extra.IsArray() {
		for _, e := range n.extra.ArrayValue() {
			part(text(field(e, "contentType")), text(field(e, "content")))
		}
	}
	return out + "--" + mark + "--\n"
}

// toml is the user data of Bottlerocket: the cluster's settings, over which the program's win.
func (n nodeBoot) toml() (string, error) {
	dns, err := dnsAddress(n.serviceCIDR)
	if err != nil {
		return "", err
	}
	base := props{
		"cluster-name": str(n.cluster), "api-server": str(n.endpoint), "cluster-certificate": str(n.ca), "cluster-dns-ip": str(dns),
	}
	if len(n.labels) > 0 {
		base["node-labels"] = object(n.labels)
	}
	if len(n.taints) > 0 {
		taints := props{}
		for _, t := range n.taints {
			taints[resource.PropertyKey(t.key)] = str(t.value + ":" + t.effect)
		}
		base["node-taints"] = object(taints)
	}
	all := merged(n.rocket)
	settings := merged(all["settings"])
	settings["kubernetes"] = object(merged(object(base), settings["kubernetes"]))
	all["settings"] = object(settings)
	return tomlText(all), nil
}

// dnsAddress is the address of the cluster's DNS: the tenth of its services' range.
func dnsAddress(serviceCIDR string) (string, error) {
	prefix, err := netip.ParsePrefix(serviceCIDR)
	if err != nil {
		return "", fmt.Errorf("the cluster's service range is %q: %w", serviceCIDR, err)
	}
	addr := prefix.Masked().Addr()
	for range 10 {
		addr = addr.Next()
	}
	return addr.String(), nil
}
