package control

import "strings"

// renamed are the types that pulumi-aws 7 renamed, by their names of version 6:
// it dropped the suffixes of S3's split resources.
var renamed = map[string]string{
	"aws:s3/bucketV2:BucketV2":                                                                   "aws:s3/bucket:Bucket",
	"aws:s3/bucketAclV2:BucketAclV2":                                                             "aws:s3/bucketAcl:BucketAcl",
	"aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2":                                 "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2":                       "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
	"aws:s3/bucketLoggingV2:BucketLoggingV2":                                                     "aws:s3/bucketLogging:BucketLogging",
	"aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2":                     "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                                               "aws:s3/bucketVersioning:BucketVersioning",
	"aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2":                           "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
	"aws:s3/bucketObjectv2:BucketObjectv2":                                                       "aws:s3/bucketObject:BucketObject",
	"aws:alb/listener:Listener":                                                                  "aws:lb/listener:Listener",
	"aws:alb/loadBalancer:LoadBalancer":                                                          "aws:lb/loadBalancer:LoadBalancer",
	"aws:alb/targetGroup:TargetGroup":                                                            "aws:lb/targetGroup:TargetGroup",
}

// Aliases lists the other names under which a type is found, Kubernetes API
// versions aside.
func Aliases(token string) []string {
	var names []string
	for old := range renamed {
		if old != token && Canonical(old) == Canonical(token) {
			names = append(names, old)
		}
	}
	if c := Canonical(token); c != token && len(names) == 0 && strings.HasPrefix(token, "aws:") {
		names = append(names, c)
	}
	return names
}

// Canonical is one name for all the names of a type. Of a Kubernetes kind it
// leaves the API version out: a rule about Deployments is one about
// extensions/v1beta1 too.
func Canonical(token string) string {
	if rest, ok := strings.CutPrefix(token, "kubernetes:"); ok {
		api, kind, _ := strings.Cut(rest, ":")
		group, _, _ := strings.Cut(api, "/")
		if group == "extensions" {
			group = extensions[kind]
		}
		return "kubernetes:" + group + ":" + kind
	}
	if name, ok := renamed[token]; ok {
		return name
	}
	return token
}

// extensions are the groups that the kinds of the group "extensions" moved to.
var extensions = map[string]string{
	"DaemonSet": "apps", "Deployment": "apps", "ReplicaSet": "apps",
	"Ingress": "networking.k8s.io", "NetworkPolicy": "networking.k8s.io",
}
