package ingress

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/internal/outputs"
)

const prefix = "alb.ingress.kubernetes.io/"

// NamespaceLabels are for the namespace of the pods behind an Ingress. A pod that
// starts there while the Ingress exists is ready only once the load balancer has
// found it well, so that a rollout keeps old pods until new ones get requests.
//
// See https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
func NamespaceLabels() map[string]string {
	return map[string]string{"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"}
}

// annotations tell the controller everything that it would otherwise take from
// its own defaults, some of which are worse.
func (a Args) annotations() pulumi.StringMap {
	said := pulumi.StringMap{
		"scheme":      pulumi.String(a.Scheme),
		"target-type": pulumi.String("ip"),
		// Whoever comes without TLS is sent to it: that is all that port 80 does.
		"listen-ports":    pulumi.String(`[{"HTTP":80},{"HTTPS":443}]`),
		"ssl-redirect":    pulumi.String("443"),
		"ssl-policy":      pulumi.String(loadbalancer.TLSPolicy),
		"certificate-arn": outputs.Strings(a.CertificateARNs, join),

		"healthcheck-path": pulumi.String(a.HealthPath),
		"success-codes":    pulumi.String(a.SuccessCodes),

		"load-balancer-attributes": a.attributes(),
	}
	if len(a.AllowedCIDRs) > 0 {
		said["inbound-cidrs"] = pulumi.String(strings.Join(a.AllowedCIDRs, ","))
	}
	if a.Group != "" {
		said["group.name"] = pulumi.String(a.Group)
		said["group.order"] = pulumi.String(strconv.Itoa(a.Order))
	}
	if a.WebACLARN != nil {
		said["wafv2-acl-arn"] = a.WebACLARN
	}
	annotations := pulumi.StringMap{}
	for key, value := range said {
		annotations[prefix+key] = value
	}
	return annotations
}

// attributes are the load balancer's. Headers with names that HTTP does not allow
// are what requests are smuggled with.
func (a Args) attributes() pulumi.StringInput {
	const always = "routing.http.drop_invalid_header_fields.enabled=true"
	if a.LogBucket == nil {
		return pulumi.String(always)
	}
	return outputs.String(a.LogBucket, func(bucket string) (string, error) {
		logs := always + ",access_logs.s3.enabled=true,access_logs.s3.bucket=" + bucket
		if a.LogPrefix != "" {
			logs += ",access_logs.s3.prefix=" + a.LogPrefix
		}
		return logs, nil
	})
}

func join(values []string) (string, error) { return strings.Join(values, ","), nil }
