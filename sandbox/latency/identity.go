package latency

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// identity is what stands beside networks and clusters: permissions, keys, logs.
var identity = slices.Concat(
	alike(seconds(0.5, 1, 5, cloud.Derived, "Terraform logs of roles, policies and attachments: 1 to 7 s"),
		cloud.IAMRole, cloud.IAMRolePolicy, cloud.IAMRolePolicyAttachment, cloud.IAMPolicy),
	alike(guessedCall, cloud.IAMInstanceProfile, cloud.IAMOpenIDConnectProvider, cloud.LogGroup),
	entry(cloud.KMSKey,
		seconds(3, 8, 20, cloud.Memory, general+": 5 to 15 s with its policy"),
		seconds(3, 8, 20, cloud.Memory, general+"; the provider waits until a policy is read back"),
		guessedCall),
	alike(guessedCall, cloud.KMSAlias),
)
