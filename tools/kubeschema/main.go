// Command kubeschema writes down the fields of the Kubernetes types that the
// sandbox models, from Kubernetes' own Go types. It stands in a module of its
// own: those types are 70 CPU-seconds of compiling that nobody who uses the
// sandbox should pay for.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	scheduling "k8s.io/api/scheduling/v1"
	storage "k8s.io/api/storage/v1"
	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// roots are the types that the sandbox models, by their apiVersion.
var roots = map[string][]any{
	"v1": {
		core.Namespace{}, core.ConfigMap{}, core.Secret{}, core.ServiceAccount{}, core.Service{}, core.PersistentVolumeClaim{},
		core.PersistentVolume{}, core.ResourceQuota{}, core.LimitRange{}, core.Pod{},
	},
	"apps/v1":              {apps.Deployment{}, apps.DaemonSet{}, apps.StatefulSet{}},
	"batch/v1":             {batch.Job{}, batch.CronJob{}},
	"networking.k8s.io/v1": {networking.Ingress{}, networking.IngressClass{}, networking.NetworkPolicy{}},
	"rbac.authorization.k8s.io/v1": {
		rbac.Role{}, rbac.RoleBinding{}, rbac.ClusterRole{}, rbac.ClusterRoleBinding{},
	},
	"storage.k8s.io/v1":               {storage.StorageClass{}, storage.CSIDriver{}},
	"policy/v1":                       {policy.PodDisruptionBudget{}},
	"autoscaling/v2":                  {autoscaling.HorizontalPodAutoscaler{}},
	"scheduling.k8s.io/v1":            {scheduling.PriorityClass{}},
	"apiextensions.k8s.io/v1":         {extensions.CustomResourceDefinition{}},
	"admissionregistration.k8s.io/v1": {admission.ValidatingWebhookConfiguration{}, admission.MutatingWebhookConfiguration{}},
}

// scalars are types with a form of their own.
var scalars = map[reflect.Type]string{
	reflect.TypeFor[meta.Time]():          "time",
	reflect.TypeFor[meta.MicroTime]():     "time",
	reflect.TypeFor[meta.Duration]():      "string",
	reflect.TypeFor[resource.Quantity]():  "quantity",
	reflect.TypeFor[intstr.IntOrString](): "intstr",
	reflect.TypeFor[[]byte]():             "bytes",
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// schema is what has been written down: the fields of each structure.
type schema map[string][]string

func main() {
	s := schema{}
	var heads []string
	for apiVersion, types := range roots {
		for _, v := range types {
			t := reflect.TypeOf(v)
			heads = append(heads, fmt.Sprintf("%s/%s %s", apiVersion, t.Name(), s.of(t)))
		}
	}
	slices.Sort(heads)
	fmt.Println("# Written by tools/kubeschema from k8s.io/api v0.35.0; see doc.go.")
	for _, h := range heads {
		fmt.Println(h)
	}
	names := make([]string, 0, len(s))
	for name := range s {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Printf("\n%s\n", name)
		for _, f := range s[name] {
			fmt.Println(" " + f)
		}
	}
}

// of is how a type is written down. A structure is added to the schema.
func (s schema) of(t reflect.Type) string {
	if name, ok := scalars[t]; ok {
		return name
	}
	if t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(unmarshaler) {
		return "any"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		return "[]" + s.of(t.Elem())
	case reflect.Map:
		return "{}" + s.of(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "int"
	case reflect.Float64:
		return "number"
	case reflect.Struct:
		return s.structure(t)
	}
	fmt.Fprintln(os.Stderr, "no form for", t)
	os.Exit(1)
	return ""
}

func (s schema) structure(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	name := strings.Join(parts[len(parts)-2:], "/") + "." + t.Name()
	if _, done := s[name]; !done {
		s[name] = nil // Some structures hold themselves.
		s[name] = s.fields(t)
		slices.Sort(s[name])
	}
	return name
}

func (s schema) fields(t reflect.Type) []string {
	var fields []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case name == "" && (f.Anonymous || strings.Contains(options, "inline")):
			fields = append(fields, s.fields(f.Type)...)
		default:
			fields = append(fields, name+" "+s.of(f.Type))
		}
	}
	return fields
}
