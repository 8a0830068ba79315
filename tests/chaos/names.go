package chaos

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// names translate what was recorded into what is: a resource that is made a
// second time has another ID, and whatever refers to it must too.
type names struct {
	book *book
	// byURN is never changed within: worlds share what is in it.
	byURN map[resource.URN]map[string]string
	// in is what byURN comes to; nil until somebody asks.
	in *dictionary
}

func fromJSON(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	return v
}

// learn compares what was recorded of a resource with what it is.
func (n *names) learn(recorded, is apitype.ResourceV3) {
	found := map[string]string{}
	if recorded.ID != is.ID {
		found[string(recorded.ID)] = string(is.ID)
	}
	differences(plain(recorded.Outputs), plain(is.Outputs), found)
	if maps.Equal(found, n.byURN[is.URN]) {
		return
	}
	n.byURN[is.URN] = found
	n.in = nil
}

// differences collects the strings that differ between two values of one shape.
func differences(was, is any, into map[string]string) {
	switch was := was.(type) {
	case string:
		now, ok := is.(string)
		if !ok || now == was || len(was) < 8 {
			return
		}
		if _, err := time.Parse(time.RFC3339, was); err != nil {
			into[was] = now
		}
	case map[string]any:
		if now, ok := is.(map[string]any); ok {
			for k, e := range was {
				differences(e, now[k], into)
			}
		}
	case []any:
		if now, ok := is.([]any); ok && len(now) == len(was) {
			for i, e := range was {
				differences(e, now[i], into)
			}
		}
	}
}

// walk is a value with everything in it called as it is called now.
func (d *dictionary) walk(v any) any {
	switch v := v.(type) {
	case string:
		// User data is wrapped once more.
		if text, err := base64.StdEncoding.DecodeString(v); err == nil && len(v) > 100 {
			if inner := d.replacer.Replace(string(text)); inner != string(text) {
				return base64.StdEncoding.EncodeToString([]byte(inner))
			}
		}
		return d.replacer.Replace(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = d.walk(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = d.walk(e)
		}
		return out
	}
	return v
}
