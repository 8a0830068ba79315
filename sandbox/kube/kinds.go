package kube

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// scope of a type of object.
type scope int

const (
	namespaced scope = iota
	clusterWide
)

// builtin lists the types of object that every cluster has and the sandbox
// models, by apiVersion/Kind.
var builtin = map[string]scope{
	"v1/Namespace":                       clusterWide,
	"v1/ConfigMap":                       namespaced,
	"v1/Secret":                          namespaced,
	"v1/ServiceAccount":                  namespaced,
	"v1/ResourceQuota":                   namespaced,
	"v1/LimitRange":                      namespaced,
	"networking.k8s.io/v1/NetworkPolicy": namespaced,
	"storage.k8s.io/v1/StorageClass":     clusterWide,
}

// GroupKind splits a Pulumi token such as
// kubernetes:storage.k8s.io/v1:StorageClass into the object's apiVersion and
// kind. It fails for types that the sandbox does not model.
func GroupKind(token string) (apiVersion, kind string, err error) {
	parts := strings.Split(token, ":")
	if len(parts) != 3 {
		return "", "", fmt.Errorf("the sandbox does not model the resource type %s", token)
	}
	apiVersion, kind = strings.TrimPrefix(parts[1], "core/"), parts[2]
	if _, ok := builtin[apiVersion+"/"+kind]; !ok {
		return "", "", fmt.Errorf("the sandbox does not model the resource type %s; of Kubernetes it knows %s",
			token, strings.Join(slices.Sorted(maps.Keys(builtin)), ", "))
	}
	return apiVersion, kind, nil
}

// Namespaced tells whether objects of a type live in a namespace.
func Namespaced(apiVersion, kind string) bool { return builtin[apiVersion+"/"+kind] == namespaced }
