package kube

// PodIdentityAgent is the address at which pods get their credentials for AWS, by
// HTTP, on their own node. See
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
const PodIdentityAgent = "169.254.170.23"
