package pods

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// put puts an object into the namespace shop, or a namespace.
func (l *lab) put(kind, name string, more cloud.Props) {
	metadata := object{"name": name, "namespace": "shop"}
	if kind == "Namespace" {
		metadata = object{"name": name, "labels": more["labels"]}
	}
	l.tx.Put(objects.New(l.cluster, cloud.Props{"apiVersion": "v1", "kind": kind, "metadata": metadata}.With(more)))
}

func containers(resources object) object {
	return object{"containers": []any{object{"name": "main", "image": "nginx", "resources": resources}}}
}

func quota(hard object) func(l *lab) {
	return func(l *lab) { l.put("ResourceQuota", "quota", cloud.Props{"spec": object{"hard": hard}}) }
}

func limits(l object) func(*lab) {
	return func(lab *lab) {
		limit := object(cloud.Props{"type": "Container"}.With(cloud.Props(l)))
		lab.put("LimitRange", "limits", cloud.Props{"spec": object{"limits": []any{limit}}})
	}
}

// What a namespace does not admit is not even pending.
func TestAdmission(t *testing.T) {
	t.Parallel()
	level := func(mode, level string) func(l *lab) {
		return func(l *lab) {
			l.put("Namespace", "shop", cloud.Props{"labels": object{"pod-security.kubernetes.io/" + mode: level}})
		}
	}
	small := object{"requests": object{"cpu": "500m"}, "limits": object{"cpu": "1"}}
	tests := map[string]struct {
		put     func(l *lab)
		spec    object
		running int
		rule    string
		words   []string
	}{
		"restricted":       {level("enforce", "restricted"), containers(nil), 0, "pods-violate-security", []string{`violates PodSecurity "restricted:latest"`, `runAsNonRoot != true (pod or container "main"`, "namespace shop"}},
		"baseline":         {level("enforce", "baseline"), containers(nil), 3, "", nil},
		"only a warning":   {level("warn", "restricted"), containers(nil), 3, "", nil},
		"pods":             {quota(object{"pods": "2"}), containers(nil), 2, "pods-exceed-quota", []string{"exceeded quota: quota, requested: pods=1, used: pods=2, limited: pods=2"}},
		"enough":           {quota(object{"pods": 3.0, "services": "0"}), containers(nil), 3, "", nil},
		"processor":        {quota(object{"requests.cpu": "1"}), containers(small), 2, "pods-exceed-quota", []string{"requests.cpu=0.5, used: requests.cpu=1, limited: requests.cpu=1"}},
		"by another name":  {quota(object{"cpu": "1400m"}), containers(small), 2, "pods-exceed-quota", nil},
		"limits":           {quota(object{"limits.cpu": "2"}), containers(small), 2, "pods-exceed-quota", nil},
		"limit as request": {quota(object{"requests.cpu": "2"}), containers(object{"limits": object{"cpu": "1"}}), 2, "pods-exceed-quota", nil},
		"nothing said":     {quota(object{"limits.memory": "1Gi"}), containers(small), 0, "pods-without-requests", []string{"failed quota: " + "quota: must specify limits.memory"}},
		"default": {
			func(l *lab) {
				quota(object{"limits.memory": "1Gi"})(l)
				limits(object{"default": object{"memory": "512Mi"}})(l)
			}, containers(small), 2, "pods-exceed-quota", nil,
		},
		"above the most":  {limits(object{"max": object{"cpu": "500m"}}), containers(small), 0, "pods-outside-limit-range", []string{"maximum cpu usage per Container is 500m, but limit is 1"}},
		"below the least": {limits(object{"min": object{"cpu": "600m"}}), containers(small), 0, "pods-outside-limit-range", []string{"minimum cpu usage per Container is 600m, but request is 500m"}},
		"within":          {limits(object{"min": object{"cpu": "500m"}, "max": object{"cpu": "1"}}), containers(small), 3, "", nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in(t, func(l *lab) {
				l.group("a", 10, "a", nil)
				l.put("Namespace", "shop", nil)
				tc.put(l)
				l.want(l.workload("Deployment", "web", 3, tc.spec), tc.running, tc.rule, tc.words...)
			})
		})
	}
}
