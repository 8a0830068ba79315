package controls

import (
	"time"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	nodePool  = "kubernetes:karpenter.sh/v1:NodePool"
	nodeClass = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
)

var karpenter = []control.Control{
	{
		ID: "plat-karpenter-limits", Severity: control.Medium,
		Title: "Karpenter cannot buy without end",
		On:    []string{nodePool}, Reads: []string{"spec.limits.cpu", "spec.limits.memory"},
		Check: all(isSet("spec.limits.cpu", "a number of CPUs"), isSet("spec.limits.memory", "a quantity")), Fix: "set spec.limits",
		Bad: `{metadata: {name: general}, spec: {}}`, Good: `{metadata: {name: general}, spec: {limits: {cpu: 100, memory: 400Gi}}}`,
	},
	{
		ID: "plat-karpenter-expire-after", Severity: control.Medium,
		Title: "Karpenter's nodes are made anew every month",
		On:    []string{nodePool}, Reads: []string{"spec.template.spec.expireAfter"},
		Check: func(r *control.Resource) {
			v := r.Get("spec.template.spec.expireAfter")
			if age, err := time.ParseDuration(v.Text()); v.IsSet() && (err != nil || age > 720*time.Hour) {
				r.Want(v, "720h or less: a node gets its fixes when it is replaced")
			}
		},
		Fix: "set expireAfter to 720h or less", Bad: `{metadata: {name: general}, spec: {template: {spec: {expireAfter: Never}}}}`, Good: `{metadata: {name: general}, spec: {template: {spec: {expireAfter: 336h}}}}`,
	},
	{
		ID: "plat-karpenter-imds", Severity: control.High,
		Title: "Karpenter's nodes keep their credentials from pods",
		On:    []string{nodeClass}, Reads: []string{"spec.metadataOptions.httpTokens", "spec.metadataOptions.httpPutResponseHopLimit"},
		Check: func(r *control.Resource) {
			// Karpenter's defaults are required and 1.
			if v := r.Get("spec.metadataOptions.httpTokens"); v.IsSet() && v.Text() != "required" {
				r.Want(v, "required, or nothing")
			}
			if v := r.Get("spec.metadataOptions.httpPutResponseHopLimit"); v.Int(1) != 1 {
				r.Want(v, "1, or nothing")
			}
		},
		Fix: "remove spec.metadataOptions", Bad: `{metadata: {name: default}, spec: {metadataOptions: {httpTokens: optional}}}`, Good: `{metadata: {name: default}, spec: {metadataOptions: {httpTokens: required, httpPutResponseHopLimit: 1}}}`,
	},
	{
		ID: "plat-karpenter-ebs-encrypted", Severity: control.Medium,
		Title: "Volumes of Karpenter's nodes are encrypted",
		On:    []string{nodeClass}, Reads: []string{"spec.blockDeviceMappings.ebs.encrypted"},
		Check: func(r *control.Resource) {
			r.Get("spec.blockDeviceMappings").Each(func(m control.Value) {
				if v := m.Get("ebs.encrypted"); !v.True() {
					r.Want(v, "true")
				}
			})
		},
		Fix: "set ebs.encrypted of every mapping to true", Bad: `{metadata: {name: default}, spec: {blockDeviceMappings: [{ebs: {volumeSize: 50Gi}}]}}`, Good: `{metadata: {name: default}, spec: {blockDeviceMappings: [{ebs: {volumeSize: 50Gi, encrypted: true}}]}}`,
	},
	{
		ID: "plat-karpenter-selectors-scoped", Severity: control.High,
		Title: "Karpenter finds its subnets and security groups, and no others",
		On:    []string{nodeClass}, Reads: []string{"spec.subnetSelectorTerms", "spec.securityGroupSelectorTerms"},
		Check: func(r *control.Resource) {
			for _, path := range []string{"spec.subnetSelectorTerms", "spec.securityGroupSelectorTerms"} {
				r.Guard(func() {
					if v := r.Get(path); !v.IsSet() {
						r.Want(v, "terms with an id, a name or a tag of the cluster's")
					}
					r.Get(path).Each(func(term control.Value) {
						tags := term.Get("tags")
						named := term.Get("id").IsSet() || term.Get("name").IsSet()
						for _, key := range tags.Keys() {
							named = named || tags.Key(key).IsSet() && tags.Key(key).Text() != "*"
						}
						if !named {
							r.Violate("%s selects everything: want an id, a name or a tag with a value", term.Path())
						}
					})
				})
			}
		},
		Fix:  "name ids, or a tag karpenter.sh/discovery with the cluster's name",
		Bad:  `{metadata: {name: default}, spec: {subnetSelectorTerms: [{tags: {Name: "*"}}], securityGroupSelectorTerms: [{id: sg-0123456789abcdef0}]}}`,
		Good: `{metadata: {name: default}, spec: {subnetSelectorTerms: [{tags: {karpenter.sh/discovery: demo}}], securityGroupSelectorTerms: [{id: sg-0123456789abcdef0}]}}`,
	},
}
