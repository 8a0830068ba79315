package secret

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/internal/object"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/internal/partition"
)

// mount lets the pods read the secret, and says how it becomes a file.
func mount(ctx *pulumi.Context, name string, args Args, arn pulumi.StringOutput, c *Secret) (pulumi.StringOutput, error) {
	pods := args.Pods
	reader, err := identity.New(ctx, name, identity.Args{
		ClusterName: pods.Cluster.ClusterName, Namespace: pods.Namespace, ServiceAccount: pods.ServiceAccount,
		Policies: []identity.Policy{{
			Name: "read", Inputs: []pulumi.StringInput{arn, args.KeyARN},
			Document: func(arns []string) iampolicy.Document { return read(args.Region, arns[0], arns[1]) },
		}},
	}, pulumi.Parent(c))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	class, err := object.New(ctx, name, object.Args{
		Cluster: pods.Cluster, APIVersion: "secrets-store.csi.x-k8s.io/v1", Kind: "SecretProviderClass",
		Name: name, Namespace: pulumi.String(pods.Namespace),
		Body: pulumi.Map{"spec": pulumi.Map{
			"provider": pulumi.String("aws"),
			"parameters": pulumi.Map{
				"region":         pulumi.String(args.Region),
				"usePodIdentity": pulumi.String("true"),
				"objects": outputs.String(arn, func(arn string) (string, error) {
					return objects(arn, pods.File)
				}),
			},
		}},
	}, c)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("mounting it: %w", err)
	}
	// A pod that mounts before its role may read does not start.
	return outputs.After(ctx, pulumi.String(name), append(reader.Ready, class)...), nil
}

// objects is the provider's list of what to mount; JSON is YAML.
func objects(arn, file string) (string, error) {
	b, err := json.Marshal([]struct {
		Name  string `json:"objectName"`
		Type  string `json:"objectType"`
		Alias string `json:"objectAlias"`
	}{{arn, "secretsmanager", file}})
	return string(b), err
}

// read is what a reader may do: get this secret, and decrypt this secret alone
// with its key.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
func read(region, secret, key string) iampolicy.Document {
	decrypt := iampolicy.Allow("DecryptSecret", []string{"kms:Decrypt"}, []string{key})
	decrypt.Condition = iampolicy.Conditions{"StringEquals": {
		"kms:ViaService":                  {"secretsmanager." + region + "." + partition.DNSSuffix(region)},
		"kms:EncryptionContext:SecretARN": {secret},
	}}
	return iampolicy.Document{
		iampolicy.Allow("ReadSecret", []string{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}, []string{secret}),
		decrypt,
	}
}
