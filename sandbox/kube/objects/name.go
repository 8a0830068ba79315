package objects

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Name is where an object lives: its namespace, if it has one, and its name.
type Name struct{ Namespace, Name string }

// At is the name of an object in a namespace, or of one without.
func At(namespace, name string) Name { return Name{namespace, name} }

// ID is the name as Pulumi writes it: namespace/name, or name.
func (n Name) ID() string {
	if n.Namespace == "" {
		return n.Name
	}
	return n.Namespace + "/" + n.Name
}

// ParseID reads a name that ID wrote.
func ParseID(id string) Name {
	if namespace, name, ok := strings.Cut(id, "/"); ok {
		return Name{namespace, name}
	}
	return Name{Name: id}
}

// NameOf is the name that an object's metadata says.
func NameOf(object cloud.Props) Name {
	metadata := object.Obj("metadata")
	return Name{metadata.Str("namespace"), metadata.Str("name")}
}

// TypeOf is the apiVersion and kind that an object says.
func TypeOf(object cloud.Props) (apiVersion, kind string) {
	return object.Str("apiVersion"), object.Str("kind")
}
