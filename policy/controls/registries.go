package controls

import "github.com/slipway-iac/slipway/policy/control"

const repository = "aws:ecr/repository:Repository"

var registries = []control.Control{
	{
		ID: "ecr-scan-on-push", Severity: control.High,
		Title:   "Images are scanned when they are pushed",
		Mapping: control.Mapping{SecurityHub: "ECR.1", CIS: "EKS 5.1.1", Checkov: "CKV_AWS_163", Trivy: "AWS-0030"},
		On:      []string{repository}, Reads: []string{"imageScanningConfiguration.scanOnPush"},
		Check: isTrue("imageScanningConfiguration.scanOnPush"), Fix: "set imageScanningConfiguration.scanOnPush to true",
		Remedy: []control.Remedy{{Path: "imageScanningConfiguration.scanOnPush", Value: true}},
		Bad:    `name: shop`, Good: `imageScanningConfiguration: {scanOnPush: true}`,
	},
	{
		ID: "ecr-immutable-tags", Severity: control.Medium,
		Title:   "A tag means one image for good",
		Mapping: control.Mapping{SecurityHub: "ECR.2", Checkov: "CKV_AWS_51", Trivy: "AWS-0031"},
		On:      []string{repository}, Reads: []string{"imageTagMutability"},
		Check: oneOf("imageTagMutability", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"), Fix: "set imageTagMutability to IMMUTABLE",
		Remedy: []control.Remedy{{Path: "imageTagMutability", Value: "IMMUTABLE"}},
		Bad:    `imageTagMutability: MUTABLE`, Good: `imageTagMutability: IMMUTABLE`,
	},
	{
		ID: "ecr-lifecycle-policy", Severity: control.Medium,
		Title:   "Old images are thrown away",
		Mapping: control.Mapping{SecurityHub: "ECR.3"},
		On:      []string{repository, "aws:ecr/lifecyclePolicy:LifecyclePolicy"}, Reads: []string{"aws:ecr/lifecyclePolicy:LifecyclePolicy repository"},
		CheckStack: eachNamed([]string{repository}, "aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", "no aws.ecr.LifecyclePolicy is about it: images pile up, and so do their vulnerabilities"),
		Fix:        "add an aws.ecr.LifecyclePolicy", Bad: `name: shop`,
		Good: `
resources:
  shop: {type: "aws:ecr/repository:Repository", properties: {name: shop}}
  old: {type: "aws:ecr/lifecyclePolicy:LifecyclePolicy", properties: {repository: "${shop.name}", policy: "{}"}}
`,
	},
	{
		ID: "ecr-cmk", Severity: control.Low,
		Title:   "Images are encrypted with a KMS key",
		Mapping: control.Mapping{SecurityHub: "ECR.5", Checkov: "CKV_AWS_136", Trivy: "AWS-0033"},
		On:      []string{repository}, Reads: []string{"encryptionConfigurations.encryptionType"},
		Check: func(r *control.Resource) {
			for _, e := range r.Get("encryptionConfigurations").Items() {
				if t := e.Get("encryptionType").Text(); t == "KMS" || t == "KMS_DSSE" {
					return
				}
			}
			r.Want(r.Get("encryptionConfigurations"), "encryptionType KMS")
		},
		Fix: "set encryptionConfigurations with encryptionType KMS; it cannot be changed later", Bad: `name: shop`, Good: `encryptionConfigurations: [{encryptionType: KMS, kmsKey: alias/images}]`,
	},
	{
		ID: "ecr-policy-not-public", Severity: control.Critical,
		Title:   "A repository is for named principals",
		Mapping: control.Mapping{CIS: "EKS 5.1.2", Checkov: "CKV_AWS_32", Trivy: "AWS-0032"},
		On:      []string{"aws:ecr/repositoryPolicy:RepositoryPolicy"}, Reads: []string{"policy"},
		Check: notPublic("policy"), Fix: "name the accounts, or add a condition on aws:PrincipalOrgID",
		Bad:  `policy: '{"Statement":[{"Sid":"Pull","Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Pull","Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"ecr:BatchGetImage"}]}'`,
	},
}
