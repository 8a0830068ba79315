package bucket_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	awss3 "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/bucket"
	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

const (
	component = "slipway:bucket:Bucket"
	probe     = "test:index:Probe"
	account   = cloud.DefaultAccountID
)

// run makes a key "data", a bucket "logs" of logs, and a bucket "files", of media
// when the change says nothing else.
func run(t *testing.T, change func(*bucket.Args)) *sandboxtest.Recording {
	t.Helper()
	return sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "data", key.Args{Region: "us-west-2", AccountID: account, Description: "Files"})
		if err != nil {
			return err
		}
		logs, err := bucket.New(ctx, "logs", bucket.Args{Region: "us-west-2", AccountID: account, Kind: bucket.Logs, ForceDestroy: true})
		if err != nil {
			return err
		}
		if err := ctx.RegisterComponentResourceV2(probe, "user", nil, &pulumi.ResourceState{}, pulumi.DependsOn(logs.Ready)); err != nil {
			return err
		}
		args := bucket.Args{Region: "us-west-2", AccountID: account, Kind: bucket.Media, KeyARN: k.ARN, AccessLogs: logs.Name}
		change(&args)
		if args.Kind == bucket.Logs {
			args.KeyARN, args.AccessLogs = nil, nil
		}
		_, err = bucket.New(ctx, "files", args)
		return err
	})
}

func asItIs(*bucket.Args) {}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	settings := map[string]int{
		cloud.Bucket: 1, cloud.BucketPublicAccessBlock: 1, cloud.BucketOwnershipControls: 1, cloud.BucketEncryption: 1,
		cloud.BucketVersioning: 1, cloud.BucketLifecycle: 1, cloud.BucketPolicy: 1,
	}
	r := run(t, asItIs).Must(t)
	if d := cmp.Diff(settings, r.Below(t, component, "logs").Counts()); d != "" {
		t.Errorf("bucket of logs (-want +got):\n%s", d)
	}
	settings[cloud.BucketLogging] = 1
	if d := cmp.Diff(settings, r.Below(t, component, "files").Counts()); d != "" {
		t.Errorf("bucket of media (-want +got):\n%s", d)
	}
	if got, want := r.One(t, cloud.BucketLogging, "files").Inputs.Str("targetBucket"), r.One(t, cloud.Bucket, "logs").ID; got != want {
		t.Errorf("access is recorded in %s, want %s", got, want)
	}
	user := r.One(t, probe, "user")
	for _, kind := range []string{cloud.BucketEncryption, cloud.BucketPolicy} {
		if x := r.One(t, kind, "logs"); !user.WaitsFor(x) {
			t.Errorf("what waits for Ready does not wait for %s", x.Type)
		}
	}
	if !r.One(t, cloud.BucketLogging, "files").WaitsFor(r.One(t, cloud.BucketPolicy, "logs")) {
		t.Error("what takes the name of the bucket of logs does not wait for its policy")
	}
	if !r.One(t, cloud.BucketPolicy, "files").WaitsFor(r.One(t, cloud.BucketPublicAccessBlock, "files")) {
		t.Error("the policy does not wait for the block of public access")
	}
	r.LeavesNothing(t)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	r := run(t, asItIs).Must(t)
	encryption := func(algorithm, key string) []any {
		byDefault, rule := map[string]any{"sseAlgorithm": algorithm}, map[string]any{}
		if key != "" {
			byDefault["kmsMasterKeyId"], rule["bucketKeyEnabled"] = key, true
		}
		rule["applyServerSideEncryptionByDefault"] = byDefault
		return []any{rule}
	}
	for _, tc := range []struct {
		kind, name string
		want       cloud.Props
	}{
		{cloud.Bucket, "files", cloud.Props{"forceDestroy": false, "tags": map[string]any{"Name": "files"}}},
		{cloud.Bucket, "logs", cloud.Props{"forceDestroy": true, "tags": map[string]any{"Name": "logs"}}},
		{cloud.BucketPublicAccessBlock, "files", cloud.Props{
			"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true,
		}},
		{cloud.BucketOwnershipControls, "files", cloud.Props{
			"rule": map[string]any{"objectOwnership": "BucketOwnerEnforced"},
		}},
		{cloud.BucketVersioning, "files", cloud.Props{
			"versioningConfiguration": map[string]any{"status": "Enabled"},
		}},
		{cloud.BucketEncryption, "files", cloud.Props{"rules": encryption("aws:kms", "arn:key:data")}},
		{cloud.BucketEncryption, "logs", cloud.Props{"rules": encryption("AES256", "")}},
		{cloud.BucketLogging, "files", cloud.Props{"targetPrefix": "s3/files/"}},
	} {
		x := r.One(t, tc.kind, tc.name)
		got := r.Readable(x)
		if own := r.One(t, cloud.Bucket, tc.name).ID; tc.kind != cloud.Bucket && x.Inputs.Str("bucket") != own {
			t.Errorf("%s %s is of bucket %s, want %s", tc.kind, tc.name, x.Inputs.Str("bucket"), own)
		}
		delete(got, "bucket") // All settings have the bucket's name as ID, which is nobody's own.
		delete(got, "targetBucket")
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s %s (-want +got):\n%s", tc.kind, tc.name, d)
		}
	}
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind bucket.Kind
		days int
		want string // the rules, in short
	}{
		"media":         {bucket.Media, 0, "uploads abort 7, versions noncurrent 90, tiering INTELLIGENT_TIERING after 0"},
		"media, longer": {bucket.Media, 400, "uploads abort 7, versions noncurrent 400, tiering INTELLIGENT_TIERING after 0"},
		"backups":       {bucket.Backups, 0, "uploads abort 7, versions noncurrent 90, archive GLACIER_IR after 90"},
		"logs":          {bucket.Logs, 0, "uploads abort 7, versions noncurrent 1, end expire 365 GLACIER_IR after 30"},
		// Glacier is paid for 90 days, so that a short stay there costs more.
		"logs, shorter":           {bucket.Logs, 119, "uploads abort 7, versions noncurrent 1, end expire 119"},
		"logs, just long enough":  {bucket.Logs, 120, "uploads abort 7, versions noncurrent 1, end expire 120 GLACIER_IR after 30"},
		"logs of a short-lived s": {bucket.Logs, 7, "uploads abort 7, versions noncurrent 1, end expire 7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, func(a *bucket.Args) { a.Kind, a.KeepDays = tc.kind, tc.days }).Must(t)
			lifecycle := r.One(t, cloud.BucketLifecycle, "files")
			var got []string
			for _, rule := range lifecycle.Inputs.Objs("rules") {
				got = append(got, short(t, rule))
			}
			if d := cmp.Diff(tc.want, strings.Join(got, ", ")); d != "" {
				t.Errorf("rules (-want +got):\n%s", d)
			}
			if !lifecycle.WaitsFor(r.One(t, cloud.BucketVersioning, "files")) {
				t.Error("the lifecycle does not wait for versioning")
			}
		})
	}
}

func short(t *testing.T, rule cloud.Props) string {
	t.Helper()
	if rule.Str("status") != "Enabled" || rule.Obj("filter").Str("prefix") != "" {
		t.Errorf("rule %s is not for all objects", rule.Str("id"))
	}
	out := rule.Str("id")
	for _, action := range []struct{ property, days, says string }{
		{"abortIncompleteMultipartUpload", "daysAfterInitiation", "abort"},
		{"noncurrentVersionExpiration", "noncurrentDays", "noncurrent"},
		{"expiration", "days", "expire"},
	} {
		if o := rule.Obj(action.property); o != nil {
			out += fmt.Sprintf(" %s %d", action.says, o.Int(action.days))
		}
	}
	for _, x := range rule.Objs("transitions") {
		out += fmt.Sprintf(" %s after %d", x.Str("storageClass"), x.Int("days"))
	}
	return out
}

// What may go wrong with uploads and deliveries, in the account itself.
func TestObjects(t *testing.T) {
	t.Parallel()
	upload := func(props cloud.Props) error {
		r := run(t, asItIs).Must(t)
		_, err := r.Account.Create(cloud.Session{Region: "us-west-2"}, cloud.BucketObject, "o",
			cloud.Props{"bucket": r.One(t, cloud.Bucket, "files").ID, "key": "k"}.With(props))
		return err
	}
	if err := upload(nil); err != nil {
		t.Errorf("an upload that says nothing of encryption: %v", err)
	}
	for _, props := range []cloud.Props{{"serverSideEncryption": "AES256"}, {"serverSideEncryption": "aws:kms"}} {
		if err := upload(props); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("an upload with %v: %v", props, err)
		}
	}
	r := run(t, asItIs).Must(t)
	deliver := func(name string) string {
		var obstacle string
		if err := r.Account.Change(cloud.Session{Region: "us-west-2"}, "look", func(tx *cloud.Tx) error {
			obstacle = s3.Obstacle(tx, s3.Delivery{
				Service: loadBalancers, Bucket: r.One(t, cloud.Bucket, name).ID, Key: "AWSLogs/" + account + "/elasticloadbalancing/x",
			})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return obstacle
	}
	if o := deliver("logs"); o != "" {
		t.Errorf("a load balancer cannot write its logs: %s", o)
	}
	if o := deliver("files"); !strings.Contains(o, "AES256 only") {
		t.Errorf("a load balancer that writes into media meets %q", o)
	}
}

// A program that opens a bucket is stopped by the block.
func TestOpeningIsRefused(t *testing.T) {
	t.Parallel()
	r := sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		logs, err := bucket.New(ctx, "logs", bucket.Args{Region: "us-west-2", AccountID: account, Kind: bucket.Logs})
		if err != nil {
			return err
		}
		_, err = awss3.NewBucketPolicy(ctx, "open", &awss3.BucketPolicyArgs{
			Bucket: logs.Name,
			Policy: pulumi.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"%s/*"}]}`, logs.ARN),
		}, pulumi.DependsOn(logs.Ready))
		return err
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), "BlockPublicPolicy") {
		t.Errorf("error is %v, want AccessDenied by the block", r.Err)
	}
}

// With objects in it, a bucket goes only when the program says so.
func TestDestroyOfWhatHoldsObjects(t *testing.T) {
	t.Parallel()
	for _, force := range []bool{false, true} {
		r := run(t, func(a *bucket.Args) { a.ForceDestroy = force }).Must(t)
		if _, err := r.Account.Create(cloud.Session{Region: "us-west-2"}, cloud.BucketObject, "o",
			cloud.Props{"bucket": r.One(t, cloud.Bucket, "files").ID, "key": "k"}); err != nil {
			t.Fatal(err)
		}
		if err := r.Destroy(); (err == nil) != force || err != nil && !strings.Contains(err.Error(), "BucketNotEmpty") {
			t.Errorf("with forceDestroy %t: %v", force, err)
		}
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		args bucket.Args
		want []string
	}{
		"nothing": {bucket.Args{}, []string{
			"Region is required", `AccountID is "": want`, `Kind is "": want`, "KeyARN is required",
		}},
		"logs with a key": {
			bucket.Args{Region: "us-west-2", AccountID: account, Kind: bucket.Logs, KeyARN: pulumi.String("arn:aws:kms:x")},
			[]string{"KeyARN is set: leave it out"},
		},
		"logs of logs": {
			bucket.Args{Region: "us-west-2", AccountID: account, Kind: bucket.Logs, AccessLogs: pulumi.String("logs")},
			[]string{"AccessLogs is set: leave it out"},
		},
		"negative days": {
			bucket.Args{Region: "us-west-2", AccountID: account, Kind: bucket.Logs, KeepDays: -1},
			[]string{"KeepDays is -1: want 1 or more"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
				_, err := bucket.New(ctx, "files", tc.args)
				return err
			})
			if r.Err == nil || len(r.Resources) > 0 {
				t.Fatalf("error is %v, resources are %v", r.Err, r.Counts())
			}
			for _, want := range append(tc.want, `bucket "files": `) {
				if !strings.Contains(r.Err.Error(), want) {
					t.Errorf("%q is not in %v", want, r.Err)
				}
			}
		})
	}
}
