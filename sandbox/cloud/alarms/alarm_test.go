package alarms_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/alarms"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/sns"
)

var west = cloud.Session{Region: "us-west-2"}

const topic = "arn:aws:sns:us-west-2:123456789012:t"

func open(t *testing.T) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service(), kms.Service(), sns.Service(), alarms.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Create(west, cloud.Topic, "topic", cloud.Props{"name": "t"}); err != nil {
		t.Fatal(err)
	}
	return a
}

// alarm is a sound alarm, changed.
func alarm(change cloud.Props) cloud.Props {
	return cloud.Props{
		"name": "cpu", "namespace": "AWS/RDS", "metricName": "CPUUtilization", "statistic": "Average", "threshold": 80.0,
		"comparisonOperator": "GreaterThanThreshold", "period": 300.0, "evaluationPeriods": 3.0, "alarmActions": []any{topic},
	}.With(change)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change cloud.Props
		rule   string
	}{
		"over a day":          {cloud.Props{"evaluationPeriods": 289.0}, "metric-alarm-range"},
		"over a week":         {cloud.Props{"period": 3600.0, "evaluationPeriods": 169.0}, "metric-alarm-range"},
		"a whole day":         {cloud.Props{"evaluationPeriods": 288.0}, ""},
		"a whole week":        {cloud.Props{"period": 3600.0, "evaluationPeriods": 168.0}, ""},
		"too many datapoints": {cloud.Props{"datapointsToAlarm": 4.0}, "metric-alarm-datapoints"},
		"all datapoints":      {cloud.Props{"datapointsToAlarm": 3.0}, ""},
		"no threshold":        {cloud.Props{"threshold": nil}, "metric-alarm-without-threshold"},
		"a percentile":        {cloud.Props{"statistic": nil, "extendedStatistic": "p99"}, ""},
		"another region":      {cloud.Props{"okActions": []any{"arn:aws:sns:us-east-1:123456789012:t"}}, "metric-alarm-action-elsewhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			_, err := a.Create(west, cloud.MetricAlarm, "new", alarm(tc.change))
			cloudtest.WantRule(t, err, tc.rule)
			if _, err := a.Create(west, cloud.MetricAlarm, "sound", alarm(nil)); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Update(west, cloud.MetricAlarm, "cpu", alarm(tc.change)); (err == nil) != (tc.rule == "") {
				t.Errorf("as an update: got %v, want %s", err, tc.rule)
			}
		})
	}
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	a := open(t)
	six := []any{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		six = append(six, topic+name)
	}
	if problems, err := a.Check(cloud.MetricAlarm, alarm(cloud.Props{"statistic": nil})); err != nil || len(problems) != 1 || problems[0].Property != "statistic" {
		t.Errorf("no statistic: got %v, %v, want one problem", problems, err)
	}
	for property, value := range map[string]any{
		"unit": "Furlongs", "period": 90.0, "metricName": nil, "alarmActions": six, "extendedStatistic": "p99", "evaluationPeriods": 0.0, "namespace": ":x",
		"treatMissingData": "sleep", "statistic": "Median", "comparisonOperator": "Equals", "name": strings.Repeat("n", 256),
	} {
		problems, err := a.Check(cloud.MetricAlarm, alarm(cloud.Props{property: value}))
		want := property
		if property == "extendedStatistic" {
			want = "statistic"
		}
		if err != nil || len(problems) != 1 || !strings.HasPrefix(problems[0].Property, want) {
			t.Errorf("%s: got %v, %v, want one problem", property, problems, err)
		}
	}
}

func TestAnAlarmIsReplacedByItsName(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, threshold := range []float64{80, 90} {
		if _, err := a.Create(west, cloud.MetricAlarm, "urn", alarm(cloud.Props{"threshold": threshold})); err != nil {
			t.Fatal(err)
		}
	}
	r, err := a.Read(west, cloud.MetricAlarm, "cpu")
	if err != nil || r.Props.Int("threshold") != 90 || r.Props.Str("arn") != "arn:aws:cloudwatch:us-west-2:123456789012:alarm:cpu" {
		t.Errorf("got %v, %v", r, err)
	}
	if n := len(a.Resources()); n != 2 {
		t.Errorf("there are %d resources, want the topic and an alarm", n)
	}
}

func TestUnheard(t *testing.T) {
	t.Parallel()
	a := open(t)
	var warned []string
	session := west
	session.Warn = func(w cloud.Warning) { warned = append(warned, w.Rule.Name) }
	for name, to := range map[string]string{"heard": topic, "unheard": topic + "2"} {
		if _, err := a.Create(session, cloud.MetricAlarm, name, alarm(cloud.Props{"name": name, "alarmActions": []any{to}})); err != nil {
			t.Fatal(err)
		}
	}
	if len(warned) != 1 || warned[0] != "metric-alarm-action-missing" {
		t.Errorf("warnings are %v, want one of a topic that is missing", warned)
	}
	if err := a.Change(west, "ask", func(tx *cloud.Tx) error {
		if got := alarms.Unheard(tx); len(got) != 1 || got[0] != "unheard: there is no topic "+topic+"2" {
			t.Errorf("got %v", got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
