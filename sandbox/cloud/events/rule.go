package events

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	nameForm     = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,64}$`)
	nameText     = cloud.Text{Want: "1 to 64 letters, digits and . - _", Example: "example", Good: nameForm.MatchString}
	busText      = cloud.Text{Want: "a name of letters, digits and . - _ /, or an ARN", Example: "default", Good: regexp.MustCompile(`^([/.0-9A-Za-z_-]+|arn:.+)$`).MatchString}
	scheduleText = cloud.Text{Want: "at most 256 characters", Example: "rate(1 hour)", Good: func(s string) bool { return len(s) <= 256 }}
	wordsText    = cloud.Text{Want: "at most 512 characters", Example: "An example", Good: func(s string) bool { return len(s) <= 512 }}
	scheduleForm = regexp.MustCompile(`^(rate\([1-9][0-9]* (minutes?|hours?|days?)\)|cron\(\S+( \S+){5}\))$`)
)

func ruleKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.EventRule, Noun: "EventBridge Rule", Service: serviceName, Tagged: true,
		CreateCall: "PutRule", UpdateCall: "PutRule", DeleteCall: "DeleteRule",
		Fields: cloud.Fields{
			"name":               cloud.String.Like(nameText).AutoNamed(64).ForceNew(),
			"namePrefix":         cloud.String.Like(nameText).Computed().ForceNew(),
			"description":        cloud.String.Like(wordsText),
			"eventBusName":       cloud.String.Like(busText).ForceNew().Default(defaultBus),
			"eventPattern":       cloud.JSON,
			"forceDestroy":       cloud.Bool.Default(false),
			"roleArn":            cloud.String.Like(cloud.ARNText),
			"scheduleExpression": cloud.String.Like(scheduleText),
			"state":              cloud.String.OneOf("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS").Computed(),
			"arn":                cloud.String.Output(),
		},
		Check: checkRule, Create: createRule, Delete: deleteRule,
		Update: func(_ *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return checkMeaning(news) },
	}
}

// checkRule finds what the provider finds before EventBridge is asked.
func checkRule(p cloud.Props) []cloud.Problem {
	if !p.Has("eventPattern") && !p.Has("scheduleExpression") {
		return []cloud.Problem{{Property: "eventPattern", Reason: "one of eventPattern, scheduleExpression must be given"}}
	}
	if len(p.Str("eventPattern")) > 4096 {
		return []cloud.Problem{{Property: "eventPattern", Reason: "has more than 4096 characters"}}
	}
	return nil
}

func createRule(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	if bus := p.Str("eventBusName"); bus != defaultBus {
		return busMissing.Refuse("Event bus %s does not exist.", bus)
	}
	if err := checkMeaning(p); err != nil {
		return err
	}
	if !p.Has("name") {
		p["name"] = p.Str("namePrefix") + tx.Hex(26)
	}
	r.ID = p.Str("name")
	// PutRule changes a rule of the same name, whoever made it.
	if old := tx.Get(cloud.EventRule, r.ID); old != nil {
		tx.Remove(old)
	} else if tx.Count(cloud.EventRule) >= maxRules {
		return tooManyRules.Refuse("The requested resource exceeds the maximum number allowed: %d rules", maxRules)
	}
	p["arn"] = tx.ARN("events", "rule/"+r.ID)
	if !p.Has("state") {
		p["state"] = "ENABLED"
	}
	return nil
}

// checkMeaning refuses patterns and schedules that EventBridge cannot follow.
func checkMeaning(p cloud.Props) error {
	if s := p.Str("scheduleExpression"); s != "" && (!scheduleForm.MatchString(s) || singular(s)) {
		return badSchedule.Refuse("Parameter ScheduleExpression is not valid: %s", s)
	}
	text := p.Str("eventPattern")
	if text == "" {
		return nil
	}
	var pattern map[string]any
	if err := json.Unmarshal([]byte(text), &pattern); err != nil {
		return badPattern.Refuse("Event pattern is not valid. Reason: Filter is not an object")
	}
	if reason := wrong("", pattern); reason != "" {
		return badPattern.Refuse("Event pattern is not valid. Reason: %s", reason)
	}
	return nil
}

// singular tells whether a rate's unit does not go with its number, which
// EventBridge refuses: rate(1 hours), rate(5 minute).
func singular(schedule string) bool {
	inner, isRate := strings.CutPrefix(schedule, "rate(")
	number, unit, _ := strings.Cut(strings.TrimSuffix(inner, ")"), " ")
	return isRate && (number == "1") == strings.HasSuffix(unit, "s")
}

// wrong says what is wrong with a part of a pattern: everything in it leads to a
// list of the values that match.
func wrong(path string, part map[string]any) string {
	if len(part) == 0 {
		return "Empty objects are not allowed" + path
	}
	for _, name := range cloud.Props(part).Names() {
		at := fmt.Sprintf("%s at %q", path, name)
		switch v := part[name].(type) {
		case map[string]any:
			if reason := wrong(at, v); reason != "" {
				return reason
			}
		case []any:
			if len(v) == 0 && name != "$or" {
				return "Empty arrays are not allowed" + at
			}
		default:
			return fmt.Sprintf("%q must be an object or an array%s", name, path)
		}
	}
	return ""
}

func deleteRule(tx *cloud.Tx, r *cloud.Resource) error {
	if t := tx.One(cloud.EventTarget, cloud.Prop("rule", r.ID)); t != nil {
		return hasTargets.Refuse("Rule can't be deleted since it has targets. (%s)", t.Props.Str("targetId"))
	}
	return nil
}
