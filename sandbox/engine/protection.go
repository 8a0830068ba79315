package engine

import (
	"encoding/json"
	"slices"
)

// protectedIn reads the resources marked as protected out of a deployment.
func protectedIn(deployment json.RawMessage) ([]string, error) {
	var d struct {
		Resources []struct {
			URN     string `json:"urn"`
			Protect bool   `json:"protect"`
			Delete  bool   `json:"delete"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(deployment, &d); err != nil {
		return nil, err
	}
	var names []string
	for _, r := range d.Resources {
		if r.Protect && !r.Delete {
			names = append(names, logicalName(r.URN))
		}
	}
	slices.Sort(names)
	return names, nil
}
