package kube

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/pods"
)

// SkipAwait tells whether a program does not wait until an object is ready.
func SkipAwait(object cloud.Props) bool {
	skip, err := strconv.ParseBool(object.Obj("metadata").Obj("annotations").Str("pulumi.com/skipAwait"))
	return err == nil && skip
}

// awaitPods waits for the pods of a workload as pulumi-kubernetes does: for all
// of them.
func (c call) awaitPods(object cloud.Props) error {
	r := objects.New(c.cluster, object)
	w, ok := pods.Of(r)
	if !ok || SkipAwait(object) {
		return nil
	}
	return prefixed("'"+w.Name.Name+"' timed out waiting to be Ready", pods.Look(c.tx, c.cluster).Trouble(w))
}

// prefixed puts what was waited for in front of a late failure.
func prefixed(what string, err error) error {
	var late *cloud.Late
	if !errors.As(err, &late) {
		return err
	}
	return &cloud.Late{Rule: late.Rule, Message: what + ": " + late.Message}
}

// await waits for a release's pods as Helm does: a Deployment may lack as many as
// its strategy lets be unavailable.
func (r *release) await() error {
	if r.inputs.Bool("skipAwait") && !r.inputs.Bool("atomic") {
		return nil
	}
	what := fmt.Sprintf("failed to become available within allocated timeout. Error: Helm Release %s: context deadline exceeded", r.name.ID())
	state := pods.Look(r.tx, r.cluster)
	for _, o := range objects.All(r.tx, r.cluster, objects.OfRelease(r.name)) {
		w, ok := pods.Of(o)
		if !ok {
			continue
		}
		if state.Running(w) >= w.Replicas-spare(o.Props, w.Replicas) && w.Kind == "Deployment" {
			if err := r.identified(w); err != nil {
				return prefixed(what, err)
			}
			continue
		}
		if err := state.Trouble(w); err != nil {
			return prefixed(what, err)
		}
	}
	return nil
}

// spare is how many pods of a Deployment may be missing while it is rolled out.
func spare(object cloud.Props, replicas int) int {
	strategy := object.Obj("spec").Obj("strategy")
	if strategy.Str("type") == "Recreate" {
		return 0
	}
	switch v := strategy.Obj("rollingUpdate")["maxUnavailable"].(type) {
	case float64:
		return int(v)
	case string:
		if percent, err := strconv.ParseFloat(strings.TrimSuffix(v, "%"), 64); err == nil {
			return int(math.Floor(percent / 100 * float64(replicas)))
		}
	}
	return replicas / 4 // A quarter, rounded down, when nothing is said.
}
