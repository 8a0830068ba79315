package controls

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/example"
)

// A selector takes pods as Kubernetes reads it.
func TestSelects(t *testing.T) {
	t.Parallel()
	for selector, want := range map[string]bool{
		`{}`:                                    true,
		`{matchLabels: {app: shop}}`:            true,
		`{matchLabels: {app: shop, tier: web}}`: false,
		`{matchExpressions: [{key: app, operator: In, values: [store, shop]}]}`:    true,
		`{matchExpressions: [{key: app, operator: NotIn, values: [store, shop]}]}`: false,
		`{matchExpressions: [{key: tier, operator: NotIn, values: [web]}]}`:        true,
		`{matchExpressions: [{key: tier, operator: In, values: [""]}]}`:            false,
		`{matchExpressions: [{key: app, operator: Exists}]}`:                       true,
		`{matchExpressions: [{key: app, operator: DoesNotExist}]}`:                 false,
		`{matchExpressions: [{key: app, operator: Near}]}`:                         false,
	} {
		pods, err := example.Load("{labels: {app: shop}, selector: "+selector+"}", "aws:other/thing:Thing", example.Updated)
		if err != nil {
			t.Fatal(err)
		}
		look := control.Control{On: []string{"aws:other/thing:Thing"}, Check: func(r *control.Resource) {
			if got := selects(r.Get("selector"), r.Get("labels")); got != want {
				t.Errorf("%s: %v, want %v", selector, got, want)
			}
		}}
		look.OnResource(pods[0], control.Conditions{})
	}
}

// What a chart or Kubernetes itself brings is not missed: an object may name it.
func TestWhatChartsBringIsNotMissed(t *testing.T) {
	t.Parallel()
	ids := []string{"k8s-service-selects-something", "k8s-ingress-backend-exists", "k8s-netpol-selects-something", "k8s-hpa-target-exists", "k8s-non-existent-sa"}
	for _, id := range ids {
		c := find(t, id)
		chart := c.Bad + "  chart: {type: \"kubernetes:helm.sh/v3:Release\", properties: {chart: store, namespace: apps}}\n"
		system := strings.NewReplacer("namespace: apps", "namespace: kube-system", "minReplicas: 1", "minReplicas: 2").Replace(c.Bad)
		for name, text := range map[string]string{"beside a chart": strings.Replace(chart, "minReplicas: 1", "minReplicas: 2", 1), "in kube-system": system} {
			if r := verdict(c, load(t, c, text, example.Updated)); len(r.Violations) > 0 {
				t.Errorf("%s, %s: %s", id, name, r.Violations[0].Message)
			}
		}
	}
}

// A backup selection takes databases by a tag, by their ARN or by a pattern of all.
func TestBackupSelections(t *testing.T) {
	t.Parallel()
	c := find(t, "rds-backup-plan-covered")
	for selection, want := range map[string]int{
		`selectionTags: [{key: backup, value: daily}]`:     0,
		`selectionTags: [{key: backup, value: weekly}]`:    1,
		`resources: ["${shop.arn}"]`:                       0,
		`resources: ["*"]`:                                 0,
		`resources: ["arn:aws:rds:*:*:db:*"]`:              0,
		`resources: ["arn:aws:dynamodb:*:*:table/*"]`:      1,
		`resources: ["arn:aws:rds:us-west-2:1:db:others"]`: 1,
	} {
		text := "resources:\n  shop: {type: \"" + database + "\", properties: {engine: postgres, tags: {backup: daily}}}\n" +
			"  plan: {type: \"" + backupSelection + "\", properties: {" + selection + "}}\n"
		if got := len(verdict(c, load(t, c, text, example.Updated)).Violations); got != want {
			t.Errorf("%s: %d violations, want %d", selection, got, want)
		}
	}
}
