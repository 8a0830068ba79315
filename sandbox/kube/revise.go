package kube

import (
	"strconv"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// serverFields are what the API server says of an object.
var serverFields = []string{"uid", "creationTimestamp"}

// revised is an object as it is from now on, with what the server said of it
// and one more revision.
func revised(old, now cloud.Props) cloud.Props {
	said := old.Obj("metadata")
	version, _ := strconv.Atoi(said.Str("resourceVersion"))
	metadata := now.Obj("metadata").With(cloud.Props{
		"resourceVersion": strconv.Itoa(version + 1), "generation": float64(said.Int("generation") + 1),
	})
	for _, name := range serverFields {
		if said.Has(name) {
			metadata[name] = said[name]
		}
	}
	out := now.With(cloud.Props{"metadata": map[string]any(metadata)})
	if status := old["status"]; status != nil {
		out["status"] = status
	}
	return out
}

// over lays what is given over what is there: objects field by field, anything
// else as a whole.
func over(there, given cloud.Props) cloud.Props {
	out := there.With(nil)
	for name, v := range given {
		old, ok1 := there[name].(map[string]any)
		now, ok2 := v.(map[string]any)
		if ok1 && ok2 {
			v = map[string]any(over(old, now))
		}
		out[name] = v
	}
	return out
}

// withoutServer is an object as somebody could have written it.
func withoutServer(object cloud.Props) cloud.Props {
	out := object.Clone()
	delete(out, "status")
	metadata := out.Obj("metadata")
	for _, name := range []string{"uid", "creationTimestamp", "resourceVersion", "generation"} {
		delete(metadata, name)
	}
	return out
}
