package recovery

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Parse reads a deployment as the Automation API exports it. It fails when
// something in it would be lost, as it would be from a Pulumi newer than the
// one this program was built with.
func Parse(raw json.RawMessage) (*apitype.DeploymentV3, error) {
	d := &apitype.DeploymentV3{}
	if len(raw) == 0 {
		return d, nil
	}
	if err := json.Unmarshal(raw, d); err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	again, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	was, err := generic(raw)
	if err != nil {
		return nil, err
	}
	is, err := generic(again)
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(was, is) {
		return nil, fmt.Errorf("the state holds something that this program does not know: use the Pulumi CLI it was built with")
	}
	return d, nil
}

// generic is JSON without what means the same as nothing.
func generic(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	return pruned(v), nil
}

func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			switch e := pruned(e).(type) {
			case nil:
				delete(v, key)
			default:
				v[key] = e
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i, e := range v {
			v[i] = pruned(e)
		}
		if len(v) == 0 {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}
