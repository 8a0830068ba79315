package versions

// Image is a container image that the library runs without a chart.
type Image struct {
	// Repository is the address without a tag.
	Repository string

	// Tag is an exact version.
	Tag string
}

// Reference is the image as a container names it.
func (i Image) Reference() string { return i.Repository + ":" + i.Tag }

// NodeLocalDNSImage is the DNS cache of nodes; its releases are those of
// https://github.com/kubernetes/dns/releases
var NodeLocalDNSImage = Image{Repository: "registry.k8s.io/dns/k8s-dns-node-cache", Tag: "1.26.7"}

// The images of the sample application, from registries that ask for no login.
var (
	// WebServerImage is NGINX for a user without privileges, whose number is 101,
	// https://github.com/nginx/docker-nginx-unprivileged
	WebServerImage = Image{Repository: "public.ecr.aws/nginx/nginx-unprivileged", Tag: "1.31.6-alpine"}

	// AWSCLIImage is AWS's command line, https://github.com/aws/aws-cli/tags
	AWSCLIImage = Image{Repository: "public.ecr.aws/aws-cli/aws-cli", Tag: "2.36.42"}

	// PostgresClientImage has psql, https://hub.docker.com/_/postgres
	PostgresClientImage = Image{Repository: "public.ecr.aws/docker/library/postgres", Tag: "18.4-alpine"}
)

// NodeImage is the image of the nodes that Karpenter makes, as an alias of
// Karpenter's: a family and an exact release. See
// https://karpenter.sh/docs/tasks/managing-amis/ and
// https://github.com/awslabs/amazon-eks-ami/releases
const NodeImage = "al2023@v20260724"
