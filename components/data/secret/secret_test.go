package secret_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/components/data/secret"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component = "slipway:secret:Secret"
	class     = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"
	function  = "arn:aws:lambda:us-west-2:" + fixture.AccountID + ":function:rotate"
	probe     = "test:index:Probe"
)

// run makes a key "data" and the secret "token"; in a cluster that has the
// driver's add-on when pods read it.
func run(t *testing.T, inCluster bool, change func(*secret.Args)) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "data", key.Args{Region: fixture.Region, AccountID: fixture.AccountID, Description: "Secrets"})
		if err != nil {
			return err
		}
		args := secret.Args{Description: "Token of the shop", Region: fixture.Region, KeyARN: k.ARN}
		if inCluster {
			if args.Pods.Cluster, err = cluster(ctx); err != nil {
				return err
			}
			args.Pods.Namespace, args.Pods.ServiceAccount = "default", "shop"
		}
		change(&args)
		made, err := secret.New(ctx, "token", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "user", pulumi.Map{"class": made.ClassName}, &pulumi.ResourceState{})
	})
}

func cluster(ctx *pulumi.Context) (kube.Target, error) {
	g, err := fixture.New(ctx)
	if err != nil {
		return kube.Target{}, err
	}
	target, err := g.Inside(ctx)
	if err != nil {
		return kube.Target{}, err
	}
	driver, err := awseks.NewAddon(ctx, "driver", &awseks.AddonArgs{
		ClusterName: g.Cluster.Name, AddonName: pulumi.String("aws-secrets-store-csi-driver-provider"),
	})
	target.Ready = append(target.Ready, driver)
	return target, err
}

func asItIs(*secret.Args) {}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		inCluster bool
		change    func(*secret.Args)
		want      map[string]int
	}{
		"a secret": {false, asItIs, map[string]int{cloud.Secret: 1}},
		"that rotates": {
			false, func(a *secret.Args) { a.Rotation.FunctionARN = pulumi.String(function) },
			map[string]int{cloud.Secret: 1, cloud.SecretRotation: 1},
		},
		"that pods read": {true, asItIs, map[string]int{
			cloud.Secret: 1, "slipway:identity:Identity": 1, cloud.IAMRole: 1, cloud.IAMRolePolicy: 1, cloud.EKSPodIdentityAssociation: 1, class: 1,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.inCluster, tc.change).Must(t)
			if d := cmp.Diff(tc.want, r.Below(t, component, "token").Counts()); d != "" {
				t.Errorf("resources (-want +got):\n%s", d)
			}
			// A value in the program would be one in the state.
			if n := len(r.Of(cloud.SecretVersion)); n != 0 {
				t.Errorf("%d values were written", n)
			}
			r.LeavesNothing(t)
		})
	}
}

func TestSecret(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*secret.Args)
		window float64
		days   float64
	}{
		"as it is":         {asItIs, 30, 30},
		"shorter":          {func(a *secret.Args) { a.RecoveryDays, a.Rotation.Days = 7, 1 }, 7, 1},
		"without recovery": {func(a *secret.Args) { a.WithoutRecovery = true }, 0, 30},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, false, func(a *secret.Args) { a.Rotation.FunctionARN = pulumi.String(function); tc.change(a) }).Must(t)
			want := cloud.Props{
				"description": "Token of the shop", "kmsKeyId": "arn:key:data", "recoveryWindowInDays": tc.window, "tags": map[string]any{"Name": "token"},
			}
			if d := cmp.Diff(want, r.Readable(r.One(t, cloud.Secret, "token"))); d != "" {
				t.Errorf("secret (-want +got):\n%s", d)
			}
			rotation := r.One(t, cloud.SecretRotation, "token").Inputs
			if rotation.Str("rotationLambdaArn") != function || rotation.Obj("rotationRules")["automaticallyAfterDays"] != tc.days {
				t.Errorf("rotation is %v", rotation)
			}
		})
	}
}

// The role reads this secret and no other, and decrypts nothing else.
func TestReader(t *testing.T) {
	t.Parallel()
	r := run(t, true, asItIs).Must(t)
	arn, keyARN := r.One(t, cloud.Secret, "token").Outputs.Str("arn"), r.One(t, cloud.KMSKey, "data").Outputs.Str("arn")
	want := `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"ReadSecret","Effect":"Allow","Action":["secretsmanager:GetSecretValue","secretsmanager:DescribeSecret"],"Resource":["` + arn + `"]},` +
		`{"Sid":"DecryptSecret","Effect":"Allow","Action":["kms:Decrypt"],"Resource":["` + keyARN + `"],"Condition":{"StringEquals":{` +
		`"kms:EncryptionContext:SecretARN":["` + arn + `"],"kms:ViaService":["secretsmanager.us-west-2.amazonaws.com"]}}}]}`
	if d := cmp.Diff(want, r.One(t, cloud.IAMRolePolicy, "token-read").Inputs.Str("policy")); d != "" {
		t.Errorf("policy (-want +got):\n%s", d)
	}
	association := r.One(t, cloud.EKSPodIdentityAssociation, "token").Inputs
	if association.Str("namespace") != "default" || association.Str("serviceAccount") != "shop" {
		t.Errorf("association is %v", association)
	}
	made := r.One(t, class, "token")
	spec := map[string]any{"provider": "aws", "parameters": map[string]any{
		"region": "us-west-2", "usePodIdentity": "true",
		"objects": `[{"objectName":"` + arn + `","objectType":"secretsmanager","objectAlias":"token"}]`,
	}}
	if d := cmp.Diff(spec, made.Inputs["spec"]); d != "" {
		t.Errorf("class (-want +got):\n%s", d)
	}
	if !made.WaitsFor(r.One(t, cloud.EKSAddon, "driver")) {
		t.Error("the class does not wait for the add-on that defines it")
	}
	user := r.One(t, probe, "user")
	if user.Inputs.Str("class") != "token" || !user.WaitsFor(made) || !user.WaitsFor(r.One(t, cloud.EKSPodIdentityAssociation, "token")) {
		t.Errorf("what takes the class gets %q and waits for %v", user.Inputs.Str("class"), user.DependsOn)
	}
}

// Secrets Manager refuses a function that is none.
func TestRotationNeedsAFunction(t *testing.T) {
	t.Parallel()
	r := run(t, false, func(a *secret.Args) { a.Rotation.FunctionARN = pulumi.String("arn:aws:iam::123456789012:role/rotate") })
	if r.Err == nil || !strings.Contains(r.Err.Error(), "No Lambda rotation function ARN") {
		t.Errorf("error is %v", r.Err)
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*secret.Args)
		want   []string
	}{
		"nothing":              {func(a *secret.Args) { *a = secret.Args{} }, []string{"Description is required", "Region is required", "KeyARN is required"}},
		"a window too short":   {func(a *secret.Args) { a.RecoveryDays = 6 }, []string{"RecoveryDays is 6: want 7 to 30"}},
		"a window too long":    {func(a *secret.Args) { a.RecoveryDays = 31 }, []string{"RecoveryDays is 31: want 7 to 30"}},
		"rotation too rare":    {func(a *secret.Args) { a.Rotation.Days = 1001 }, []string{"Rotation.Days is 1001: want 1 to 1000"}},
		"pods without cluster": {func(a *secret.Args) { a.Pods.ServiceAccount = "shop" }, []string{"Pods.Cluster.ClusterName is required", "Pods.Namespace is required"}},
		"pods of no account":   {func(a *secret.Args) { a.Pods.Namespace = "shop" }, []string{"Pods.ServiceAccount is required"}},
		"a file in a folder": {func(a *secret.Args) {
			a.Pods.Namespace, a.Pods.ServiceAccount, a.Pods.File = "shop", "shop", "a/b"
		}, []string{`Pods.File is "a/b"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, false, tc.change)
			if r.Err == nil || len(r.Of(cloud.Secret)) > 0 {
				t.Fatalf("error is %v, resources are %v", r.Err, r.Counts())
			}
			for _, want := range append(tc.want, `secret "token": `) {
				if !strings.Contains(r.Err.Error(), want) {
					t.Errorf("%q is not in %v", want, r.Err)
				}
			}
		})
	}
}
