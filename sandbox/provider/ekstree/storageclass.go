package ekstree

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// storageClasses registers the storage classes asked for: classes by name, or the type of volume of a single default one.
func (t *tree) storageClasses(wanted value, kube *node, a access) props {
	made := props{}
	if wanted.IsString() && truthy(wanted) {
		kind := wanted.StringValue()
		wanted = object(props{resource.PropertyKey(kind): object(props{"type": str(kind), "default": yes(true)})})
	}
	classes := fieldsOf(wanted)
	for _, key := range keys(classes) {
		made[key] = t.storageClass(strings.ToLower(t.name)+"-"+string(key), classes[key], kube, a).ref()
	}
	return made
}

func (t *tree) storageClass(name string, class value, kube *node, a access) *node {
	get := func(key string) value { return path(class, key) }
	metadata := t.apply(func(in []value) (value, error) {
		m := merged(in[0])
		if truthy(in[1]) {
			m["annotations"] = object(merged(m["annotations"], object(props{"storageclass.kubernetes.io/is-default-class": str("true")})))
		}
		return object(m), nil
	}, get("metadata"), get("default"))
	parameters := props{"type": get("type"), "kmsKeyId": get("kmsKeyId")}
	for _, key := range []string{"zones", "iopsPerGb", "encrypted"} {
		if v := get(key); truthy(v) {
			parameters[resource.PropertyKey(key)] = t.apply(printed, v)
		}
	}
	in := only(fieldsOf(class), "allowVolumeExpansion", "mountOptions", "reclaimPolicy", "volumeBindingMode")
	in["apiVersion"], in["kind"] = str("storage.k8s.io/v1"), str("StorageClass")
	in["provisioner"] = str("kubernetes.io/aws-ebs")
	in["metadata"], in["parameters"] = metadata, object(parameters)
	return t.custom(child{dependsOn: a.dependencies(), Registration: Registration{
		Type: "kubernetes:storage.k8s.io/v1:StorageClass", Name: name, Provider: kube.provider(), Inputs: in,
	}})
}

// printed is a value as text, a list with commas between its elements.
func printed(in []value) (value, error) {
	switch v := in[0]; {
	case v.IsBool():
		return str(strconv.FormatBool(v.BoolValue())), nil
	case v.IsNumber():
		return str(strconv.FormatFloat(v.NumberValue(), 'f', -1, 64)), nil
	case v.IsArray():
		return str(strings.Join(each(v.ArrayValue(), text), ", ")), nil
	default:
		return v, nil
	}
}
