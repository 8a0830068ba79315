package eks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	corednsScaled = cloud.Declare(cloud.Rule{
		Name: "coredns-replicas-and-scaling", Code: invalidParameter, Source: "https://github.com/aws/containers-roadmap/issues/2540", Tag: cloud.Derived, Effect: cloud.Warns,
	})
	cniVariable = cloud.Declare(cloud.Rule{
		Name: "vpc-cni-variable-unknown", Code: invalidParameter, Source: "https://github.com/aws/amazon-vpc-cni-k8s/issues/3059", Tag: cloud.Derived, Effect: cloud.Warns,
	})
)

// schema is the part of a JSON schema that the add-ons' configuration needs.
// Objects are closed: they know their keys and no others, unless open or rest
// says otherwise.
type schema struct {
	// kind is object, string, integer, boolean, array or any.
	kind string
	// keys are an object's properties.
	keys map[string]schema
	// required are the keys that an object must have.
	required []string
	// rest is the schema of all other keys; nil when there are none.
	rest *schema
	// least is how many keys an object must have.
	least int
}

var (
	text     = schema{kind: "string"}
	yesNo    = schema{kind: "boolean"}
	number   = schema{kind: "integer"}
	list     = schema{kind: "array"}
	anything = schema{kind: "any"}
	texts    = schema{kind: "object", rest: &text}
	open     = schema{kind: "object", rest: &anything}
)

// configurations are the schemas of the add-ons whose configuration the sandbox
// holds to one: closed ones, of which only excerpts are published. The names
// inside env are left open, as is what is Kubernetes' own.
// https://github.com/aws/amazon-vpc-cni-k8s/issues/3059
var configurations = map[string]schema{
	"vpc-cni": {kind: "object", keys: map[string]schema{
		"env":  texts,
		"init": {kind: "object", keys: map[string]schema{"env": texts}},
		"eniConfig": {kind: "object", required: []string{"create", "region", "subnets"}, keys: map[string]schema{
			"create": yesNo, "region": text,
			"subnets": {kind: "object", least: 1, rest: &schema{
				kind: "object", required: []string{"id"}, keys: map[string]schema{"id": text, "securityGroups": list},
			}},
		}},
		"nodeAgent": {kind: "object", keys: map[string]schema{
			"enabled": anything, "enablePolicyEventLogs": text, "enableCloudWatchLogs": text, "enableIpv6": text, "networkPolicyAgentLogFileLocation": text,
			"healthProbeBindAddr": text, "metricsBindAddr": text, "conntrackCacheCleanupPeriod": text, "conntrackCacheTableSize": text, "resources": open, "logLevel": text,
		}},
		"enableNetworkPolicy": text, "enableWindowsIpam": text, "enableWindowsPrefixDelegation": text,
		"warmWindowsPrefixTarget": number, "warmWindowsIPTarget": number, "minimumWindowsIPTarget": number, "branchENICooldown": number,
		"livenessProbeTimeoutSeconds": number, "readinessProbeTimeoutSeconds": number, "originalMatchLabels": yesNo,
		"affinity": open, "tolerations": list, "resources": open, "podAnnotations": open, "podLabels": open,
	}},
	"coredns": {kind: "object", keys: map[string]schema{
		"autoScaling":  {kind: "object", keys: map[string]schema{"enabled": yesNo, "minReplicas": number, "maxReplicas": number}},
		"replicaCount": number, "corefile": text, "computeType": text,
		"affinity": open, "nodeSelector": open, "resources": open, "podAnnotations": open, "podLabels": open,
		"podDisruptionBudget": open, "tolerations": list, "topologySpreadConstraints": list,
	}},
}

// checkConfiguration refuses configuration values that do not fit the add-on's
// schema. They are JSON or YAML.
func checkConfiguration(tx *cloud.Tx, addon, values string) error {
	config, err := readConfiguration(values)
	if err != nil {
		return addonConfig.Refuse("ConfigurationValue is not in valid JSON or YAML format: %s", err)
	}
	s, known := configurations[addon]
	if !known || config == nil {
		return nil
	}
	if problems := s.check("$", map[string]any(config)); len(problems) > 0 {
		return addonConfig.Refuse("ConfigurationValue provided in request is not supported: Json schema validation failed with error: [%s]", strings.Join(problems, ", "))
	}
	switch addon {
	case "coredns":
		if config.Has("replicaCount") && config.Obj("autoScaling").Bool("enabled") {
			tx.Warn(corednsScaled, "replicaCount and autoScaling of coredns are both set: an update goes back to replicaCount first; leave one out")
		}
	case "vpc-cni":
		checkEnvironment(tx, config)
	}
	return nil
}

// readConfiguration is what an add-on's configuration values say; nil when they
// are empty.
func readConfiguration(values string) (cloud.Props, error) {
	var config map[string]any
	if err := yaml.Unmarshal([]byte(values), &config); err != nil {
		return nil, err
	}
	if config == nil {
		return nil, nil
	}
	return cloud.Props(config).Clone(), nil
}

func (s schema) check(path string, v any) []string {
	if got := kindOf(v); s.kind != "any" && got != s.kind {
		return []string{fmt.Sprintf("%s: %s found, %s expected", path, got, s.kind)}
	}
	object, ok := v.(map[string]any)
	if !ok || s.kind != "object" {
		return nil
	}
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(object)) {
		inner, known := s.keys[key]
		switch {
		case known:
			problems = append(problems, inner.check(path+"."+key, object[key])...)
		case s.rest != nil:
			problems = append(problems, s.rest.check(path+"."+key, object[key])...)
		default:
			problems = append(problems, path+"."+key+": is not defined in the schema and the schema does not allow additional properties")
		}
	}
	for _, key := range s.required {
		if _, there := object[key]; !there {
			problems = append(problems, path+"."+key+": is missing but it is required")
		}
	}
	if len(object) < s.least {
		problems = append(problems, fmt.Sprintf("%s: must have at least %d properties", path, s.least))
	}
	return problems
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == float64(int(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
