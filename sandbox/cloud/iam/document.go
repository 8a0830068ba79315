package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Document is a policy document, read from JSON.
type Document struct {
	Version    string
	Statements []Statement
}

// Statement is one statement of a [Document].
type Statement struct {
	Sid, Effect string
	// Principals maps AWS, Service, Federated and CanonicalUser to their
	// values. A principal "*" is AWS: "*".
	Principals, NotPrincipals map[string][]string
	Actions, NotActions       []string
	Resources, NotResources   []string
	// Conditions maps operators to keys and their values.
	Conditions map[string]map[string][]string
}

// ParseDocument reads a policy document. The error says what is wrong with its
// grammar; it does not judge what the document means.
func ParseDocument(text string) (Document, error) {
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strict([]byte(text), &raw); err != nil {
		return Document{}, err
	}
	if raw.Version != "" && raw.Version != "2012-10-17" && raw.Version != "2008-10-17" {
		return Document{}, fmt.Errorf("version is %q: want 2012-10-17", raw.Version)
	}
	d := Document{Version: raw.Version}
	statements, err := oneOrMany(raw.Statement)
	if err != nil || len(statements) == 0 {
		return Document{}, errors.New("it has no statement")
	}
	for _, text := range statements {
		s, err := parseStatement(text)
		if err != nil {
			return Document{}, err
		}
		d.Statements = append(d.Statements, s)
	}
	return d, nil
}

func parseStatement(text json.RawMessage) (Statement, error) {
	var raw struct {
		Sid, Effect             string
		Principal, NotPrincipal principals
		Action, NotAction       values
		Resource, NotResource   values
		Condition               map[string]map[string]values
	}
	if err := strict(text, &raw); err != nil {
		return Statement{}, err
	}
	if raw.Effect != "Allow" && raw.Effect != "Deny" {
		return Statement{}, fmt.Errorf("effect is %q: want Allow or Deny", raw.Effect)
	}
	s := Statement{
		Sid: raw.Sid, Effect: raw.Effect, Principals: raw.Principal, NotPrincipals: raw.NotPrincipal,
		Actions: raw.Action, NotActions: raw.NotAction, Resources: raw.Resource, NotResources: raw.NotResource,
		Conditions: map[string]map[string][]string{},
	}
	for operator, keys := range raw.Condition {
		s.Conditions[operator] = map[string][]string{}
		for k, v := range keys {
			s.Conditions[operator][k] = v
		}
	}
	return s, nil
}

func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func oneOrMany(text json.RawMessage) ([]json.RawMessage, error) {
	if len(text) > 0 && text[0] != '[' {
		return []json.RawMessage{text}, nil
	}
	var many []json.RawMessage
	return many, json.Unmarshal(text, &many)
}

// values is a string, a boolean or a number, or a list of them.
type values []string

func (v *values) UnmarshalJSON(text []byte) error {
	many, err := oneOrMany(text)
	if err != nil {
		return err
	}
	for _, one := range many {
		var scalar any
		if err := json.Unmarshal(one, &scalar); err != nil {
			return err
		}
		switch scalar.(type) {
		case string, bool, float64:
			*v = append(*v, fmt.Sprint(scalar))
		default:
			return fmt.Errorf("%s is neither a text nor a list of texts", one)
		}
	}
	return nil
}

// principals is "*" or a map of kinds of principals.
type principals map[string][]string

func (p *principals) UnmarshalJSON(text []byte) error {
	if strings.TrimSpace(string(text)) == `"*"` {
		*p = principals{"AWS": {"*"}}
		return nil
	}
	var raw struct{ AWS, Service, Federated, CanonicalUser values }
	if err := strict(text, &raw); err != nil {
		return err
	}
	*p = principals{}
	for kind, v := range map[string]values{
		"AWS": raw.AWS, "Service": raw.Service, "Federated": raw.Federated, "CanonicalUser": raw.CanonicalUser,
	} {
		if len(v) > 0 {
			(*p)[kind] = v
		}
	}
	return nil
}
