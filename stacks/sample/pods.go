package sample

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/object"
)

// user is whom the image of the web server runs as, and here everybody, so that
// they read each other's files.
const user = 101

// configDir is where a part's files are in its containers.
const configDir = "/app"

// container is one container of a pod.
type container struct {
	name    string
	image   versions.Image
	command []string
	env     pulumi.StringMap
	// memory is what is kept for it and where it is killed.
	memory string
	// mounts are volumes by the folders where they are, besides /app and /tmp.
	mounts map[string]string
	// web is for what answers HTTP; alive is the file whose age tells of the others.
	web   bool
	alive string
}

// webServer is the container that answers HTTP with a configuration of the part's
// files.
func webServer(mounts map[string]string) container {
	return container{name: "web", image: versions.WebServerImage, memory: "64Mi", mounts: mounts, web: true}
}

// pod is the pods of a part.
type pod struct {
	replicas   int
	containers []container
	// volumes are those that are mounted, by name.
	volumes map[string]pulumi.Map
	files   map[string]string
}

// deploy makes the Deployment, which waits for its pods. The application is ready
// when it is.
func (p part) deploy(d pod, after ...pulumi.Resource) error {
	spec := pulumi.Map{
		"replicas": pulumi.Int(d.replicas), "selector": pulumi.Map{"matchLabels": p.labels()},
		"template": pulumi.Map{
			// Pods do not notice when their files change.
			"metadata": pulumi.Map{"labels": p.labels(), "annotations": pulumi.StringMap{"slipway/files": pulumi.String(sum(d.files))}},
			"spec":     p.podSpec(d),
		},
	}
	if d.replicas == 1 {
		// The volume is in one place at a time: the old pod goes before the new.
		spec["strategy"] = pulumi.Map{"type": pulumi.String("Recreate")}
	}
	made, err := p.object("", object.Args{APIVersion: "apps/v1", Kind: "Deployment", Name: p.role, Body: pulumi.Map{"spec": spec}}, after...)
	p.ready = append(p.ready, made)
	return err
}

func (p part) podSpec(d pod) pulumi.Map {
	volumes := pulumi.Array{pulumi.Map{"name": pulumi.String("files"), "configMap": pulumi.Map{"name": pulumi.String(p.role)}}}
	for _, name := range slices.Sorted(maps.Keys(d.volumes)) {
		volume := pulumi.Map{"name": pulumi.String(name)}
		maps.Copy(volume, d.volumes[name])
		volumes = append(volumes, volume)
	}
	var containers pulumi.Array
	for _, c := range d.containers {
		volumes = append(volumes, pulumi.Map{"name": pulumi.String("tmp-" + c.name), "emptyDir": pulumi.Map{"sizeLimit": pulumi.String("64Mi")}})
		containers = append(containers, c.spec())
	}
	return pulumi.Map{
		"serviceAccountName": pulumi.String(p.role), "automountServiceAccountToken": pulumi.Bool(false),
		"securityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(user), "runAsGroup": pulumi.Int(user), "fsGroup": pulumi.Int(user),
			"seccompProfile": pulumi.StringMap{"type": pulumi.String("RuntimeDefault")},
		},
		"topologySpreadConstraints": pulumi.Array{pulumi.Map{
			"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String("topology.kubernetes.io/zone"),
			"whenUnsatisfiable": pulumi.String("ScheduleAnyway"), "labelSelector": pulumi.Map{"matchLabels": p.labels()},
		}},
		"containers": containers, "volumes": volumes,
	}
}

func (c container) spec() pulumi.Map {
	spec := pulumi.Map{
		"name": pulumi.String(c.name), "image": pulumi.String(c.image.Reference()),
		"resources": pulumi.Map{
			"requests": pulumi.StringMap{"cpu": pulumi.String("50m"), "memory": pulumi.String(c.memory)},
			"limits":   pulumi.StringMap{"memory": pulumi.String(c.memory)},
		},
		"securityContext": pulumi.Map{
			"allowPrivilegeEscalation": pulumi.Bool(false), "readOnlyRootFilesystem": pulumi.Bool(true),
			"capabilities": pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
		},
		"volumeMounts": c.volumeMounts(),
	}
	if len(c.command) > 0 {
		spec["command"] = pulumi.ToStringArray(c.command)
	}
	var env pulumi.Array
	for _, name := range slices.Sorted(maps.Keys(c.env)) {
		env = append(env, pulumi.Map{"name": pulumi.String(name), "value": c.env[name]})
	}
	if len(env) > 0 {
		spec["env"] = env
	}
	maps.Copy(spec, c.probes())
	return spec
}

func (c container) volumeMounts() pulumi.Array {
	mount := func(volume, path string, readOnly bool) pulumi.Map {
		m := pulumi.Map{"name": pulumi.String(volume), "mountPath": pulumi.String(path)}
		if readOnly {
			m["readOnly"] = pulumi.Bool(true)
		}
		return m
	}
	mounts := pulumi.Array{mount("tmp-"+c.name, "/tmp", false)}
	if c.web {
		// The image reads its servers from here.
		server := mount("files", "/etc/nginx/conf.d/default.conf", true)
		server["subPath"] = pulumi.String(serverFile)
		mounts = append(mounts, server)
	} else {
		mounts = append(mounts, mount("files", configDir, true))
	}
	for _, path := range slices.Sorted(maps.Keys(c.mounts)) {
		// The web server shows what others write.
		mounts = append(mounts, mount(c.mounts[path], path, c.web))
	}
	return mounts
}

// probes tell whether a container works: it answers, or it has done its work of
// late.
func (c container) probes() pulumi.Map {
	probe := func(what pulumi.Map, period, failures int) pulumi.Map {
		p := pulumi.Map{"periodSeconds": pulumi.Int(period), "failureThreshold": pulumi.Int(failures), "timeoutSeconds": pulumi.Int(5)}
		maps.Copy(p, what)
		return p
	}
	if c.web {
		ask := pulumi.Map{"httpGet": pulumi.Map{"path": pulumi.String("/healthz"), "port": pulumi.Int(port)}}
		return pulumi.Map{
			"ports":          pulumi.Array{pulumi.Map{"name": pulumi.String("http"), "containerPort": pulumi.Int(port)}},
			"readinessProbe": probe(ask, 5, 3), "livenessProbe": probe(ask, 10, 6),
			// The load balancer learns only after a while that the pod goes.
			"lifecycle": pulumi.Map{"preStop": pulumi.Map{"sleep": pulumi.Map{"seconds": pulumi.Int(15)}}},
		}
	}
	look := pulumi.Map{"exec": pulumi.Map{"command": pulumi.ToStringArray([]string{"/bin/sh", configDir + "/alive.sh", c.alive})}}
	return pulumi.Map{"readinessProbe": probe(look, 5, 3), "livenessProbe": probe(look, 60, 5)}
}

// sum is short for the contents of files.
func sum(files map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h.Write([]byte(name + "\x00" + files[name] + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
