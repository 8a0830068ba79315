package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	ruleGroup = "aws:wafv2/ruleGroup:RuleGroup"

	knownBadInputs = "AWSManagedRulesKnownBadInputsRuleSet"
	log4j          = "Log4JRCE_"
)

// managedGroup is the statement of a web ACL's rule that has one of AWS's groups
// of rules; nothing when there is none, or when it only counts.
func managedGroup(r *control.Resource, name string) (control.Value, bool) {
	for _, rule := range r.Get("rules").Items() {
		group := rule.Get("statement.managedRuleGroupStatement")
		if group.Get("name").Text() == name && !rule.Get("overrideAction.count").IsMap() {
			return group, true
		}
	}
	return control.Value{}, false
}

// butJSON lets off a web ACL whose rules are written as JSON.
func butJSON(do check) check {
	return func(r *control.Resource) {
		if !r.Get("ruleJson").IsSet() {
			do(r)
		}
	}
}

// aclWith is an example of a web ACL with a managed group of rules.
func aclWith(group string) string {
	return "rules: [{name: ours, priority: 1, overrideAction: {none: {}}, statement: {managedRuleGroupStatement: {vendorName: AWS, name: " + group + "}}}]"
}

var managedReads = []string{"rules.statement.managedRuleGroupStatement.name", "rules.overrideAction"}

var webACLs = []control.Control{
	{
		ID: "waf-rule-metrics", Severity: control.Medium,
		Title:   "What a web ACL does is counted, rule by rule",
		Mapping: control.Mapping{SecurityHub: "WAF.12"},
		On:      []string{webACL, ruleGroup}, Reads: []string{"visibilityConfig.cloudwatchMetricsEnabled", "rules.visibilityConfig.cloudwatchMetricsEnabled", ruleGroup + " rules.visibilityConfig.cloudwatchMetricsEnabled"},
		Check: func(r *control.Resource) {
			r.Guard(func() { isTrue("visibilityConfig.cloudwatchMetricsEnabled")(r) })
			r.Get("rules").Each(func(rule control.Value) {
				if v := rule.Get("visibilityConfig.cloudwatchMetricsEnabled"); !v.True() {
					r.Want(v, "true")
				}
			})
		},
		Fix:  "set visibilityConfig.cloudwatchMetricsEnabled to true, of the web ACL and of each rule",
		Bad:  `{visibilityConfig: {cloudwatchMetricsEnabled: true}, rules: [{name: ours, priority: 1, visibilityConfig: {cloudwatchMetricsEnabled: false}}]}`,
		Good: `{visibilityConfig: {cloudwatchMetricsEnabled: true}, rules: [{name: ours, priority: 1, visibilityConfig: {cloudwatchMetricsEnabled: true}}]}`,
	},
	{
		ID: "waf-log4j-managed-rules", Severity: control.Medium,
		Title:   "A web ACL stops Log4Shell and its like",
		Mapping: control.Mapping{Checkov: "CKV_AWS_192, CKV2_AWS_76, CKV2_AWS_77"},
		On:      []string{webACL}, Reads: slices.Concat(managedReads, []string{"rules.statement.managedRuleGroupStatement.ruleActionOverrides"}),
		Check: butJSON(func(r *control.Resource) {
			group, there := managedGroup(r, knownBadInputs)
			if !there {
				r.Violate("no rule that blocks has the managed rule group %s", knownBadInputs)
				return
			}
			for _, o := range group.Get("ruleActionOverrides").Items() {
				if strings.HasPrefix(o.Get("name").Text(), log4j) && !o.Get("actionToUse.block").IsMap() {
					r.Want(o.Get("actionToUse"), "block, since it is about Log4j")
				}
			}
		}),
		Fix: "add the managed rule group " + knownBadInputs, Bad: aclWith("AWSManagedRulesCommonRuleSet"), Good: aclWith(knownBadInputs),
	},
	{
		ID: "waf-core-rule-set", Severity: control.Medium,
		Title: "A web ACL has AWS's core rules, and its list of bad addresses",
		On:    []string{webACL}, Reads: managedReads,
		Check: butJSON(func(r *control.Resource) {
			for _, name := range []string{"AWSManagedRulesCommonRuleSet", "AWSManagedRulesAmazonIpReputationList"} {
				if _, there := managedGroup(r, name); !there {
					r.Violate("no rule that blocks has the managed rule group %s", name)
				}
			}
		}),
		Fix: "add the managed rule groups", Bad: aclWith("AWSManagedRulesCommonRuleSet"),
		Good: `rules:
- {name: core, priority: 1, overrideAction: {none: {}}, statement: {managedRuleGroupStatement: {vendorName: AWS, name: AWSManagedRulesCommonRuleSet}}}
- {name: addresses, priority: 2, overrideAction: {none: {}}, statement: {managedRuleGroupStatement: {vendorName: AWS, name: AWSManagedRulesAmazonIpReputationList}}}`,
	},
	{
		ID: "waf-rate-limit", Severity: control.Low,
		Title: "A web ACL stops those who call too often",
		On:    []string{webACL}, Reads: []string{"rules.statement.rateBasedStatement.limit"},
		Check: butJSON(func(r *control.Resource) {
			for _, rule := range r.Get("rules").Items() {
				if rule.Get("statement.rateBasedStatement").IsSet() {
					return
				}
			}
			r.Violate("no rule has a rateBasedStatement")
		}),
		Fix: "add a rule with a rateBasedStatement that blocks", Bad: aclWith("AWSManagedRulesCommonRuleSet"),
		Good: `rules: [{name: often, priority: 1, action: {block: {}}, statement: {rateBasedStatement: {limit: 2000, aggregateKeyType: IP}}}]`,
	},
	{
		ID: "waf-rule-has-action", Severity: control.Low,
		Title:   "A web ACL's rules do something",
		Mapping: control.Mapping{Checkov: "CKV_AWS_342"},
		On:      []string{webACL}, Reads: []string{"rules.action", "rules.overrideAction"},
		Check: func(r *control.Resource) {
			r.Get("rules").Each(func(rule control.Value) {
				action, override := rule.Get("action"), rule.Get("overrideAction")
				switch {
				case override.Get("count").IsMap():
					r.Want(override, "none: a rule group that counts stops nobody")
				case !action.IsSet() && !override.IsSet():
					r.Want(action, "an action, or of a rule group an overrideAction")
				}
			})
		},
		Fix:  "set action of a rule, and overrideAction none of a rule group",
		Bad:  `rules: [{name: ours, priority: 1, overrideAction: {count: {}}, statement: {managedRuleGroupStatement: {vendorName: AWS, name: AWSManagedRulesCommonRuleSet}}}]`,
		Good: aclWith("AWSManagedRulesCommonRuleSet"),
	},
}
