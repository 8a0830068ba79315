package sample

import (
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/object"
	"github.com/slipway-iac/slipway/internal/outputs"
)

const (
	dataDir  = "/data"
	tokenDir = "/token"
	// pause is how long the back's workers rest, in seconds.
	pause = "60"
	// volumeSize is that of the volume: EBS has none smaller of this type.
	volumeSize = "1Gi"
)

// serve makes the back, which keeps a volume, writes into the bucket and asks the
// database, and returns its Service.
func (b *builder) serve(back, front part) (pulumi.Resource, error) {
	after, err := b.backNeeds(back, front)
	if err != nil {
		return nil, err
	}
	files, err := b.args.backFiles()
	if err != nil {
		return nil, err
	}
	config, err := back.files(files)
	if err != nil {
		return nil, err
	}
	if err := back.deploy(b.backPod(files), append(after, config)...); err != nil {
		return nil, err
	}
	return back.service()
}

// backNeeds makes what has to be there before the back's pods are.
func (b *builder) backNeeds(p, front part) ([]pulumi.Resource, error) {
	rules, err := p.rules(b.backTraffic(p, front))
	if err != nil {
		return nil, err
	}
	account, err := p.account()
	if err != nil {
		return nil, err
	}
	// Pods get the credentials that there are when they start.
	role, err := identity.New(b.ctx, p.space, identity.Args{
		ClusterName: b.args.Cluster.ClusterName, Namespace: p.space, ServiceAccount: p.role, Policies: b.policies(),
	}, pulumi.Parent(b.parent))
	if err != nil {
		return nil, err
	}
	claim, err := p.object("", object.Args{
		APIVersion: "v1", Kind: "PersistentVolumeClaim", Name: p.role,
		// The volume is made in the zone of the pod that uses it, which waits for the
		// claim: who awaits the volume here waits for ever.
		Annotations: pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
		Body: pulumi.Map{"spec": pulumi.Map{
			"accessModes": pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			"resources":   pulumi.Map{"requests": pulumi.StringMap{"storage": pulumi.String(volumeSize)}},
		}},
	})
	if err != nil {
		return nil, err
	}
	return slices.Concat(rules, role.Ready, []pulumi.Resource{account, claim}), nil
}

func (b *builder) backPod(files map[string]string) pod {
	env := pulumi.StringMap{
		"AWS_REGION": pulumi.String(b.args.Region), "BUCKET": outputs.String(b.args.Bucket.ARN, bucketName),
		"PREFIX": pulumi.String(b.name), "DATA_DIR": pulumi.String(dataDir), "TOKEN_DIR": pulumi.String(tokenDir),
		"HOME": pulumi.String("/tmp"), "PAUSE": pulumi.String(pause),
	}
	d := pod{
		replicas: 1, files: files, volumes: map[string]pulumi.Map{
			"data": {"persistentVolumeClaim": pulumi.Map{"claimName": pulumi.String("back")}},
		},
		containers: []container{webServer(map[string]string{dataDir: "data"})},
	}
	// Maps that the workers share: what is added below is for both of them, and not
	// for the web server.
	mounts := map[string]string{dataDir: "data"}
	worker := container{
		name: "work", image: versions.AWSCLIImage, command: []string{"/bin/sh", configDir + "/work.sh"},
		env: env, memory: "256Mi", mounts: mounts, alive: dataDir + "/written",
	}
	if db := b.args.Database; db.given() {
		tls := "sslmode=require"
		if db.Authorities != "" {
			tls = "sslmode=verify-full sslrootcert=" + configDir + "/authorities.pem"
		}
		env["DB_HOST"], env["DB_PORT"] = db.Host, pulumi.String(strconv.Itoa(db.Port))
		env["DB_USER"], env["DB_NAME"], env["DB_TLS"] = pulumi.String(db.User), pulumi.String(db.Name), pulumi.String(tls)
		mounts[tokenDir] = "token"
		d.volumes["token"] = pulumi.Map{"emptyDir": pulumi.Map{"medium": pulumi.String("Memory"), "sizeLimit": pulumi.String("1Mi")}}
		d.containers = append(d.containers, container{
			name: "ask", image: versions.PostgresClientImage, command: []string{"/bin/sh", configDir + "/ask.sh"},
			env: env, memory: "64Mi", mounts: mounts, alive: "/tmp/round",
		})
	}
	d.containers = append(d.containers, worker)
	return d
}
