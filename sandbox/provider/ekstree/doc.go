// Package ekstree is the eks plugin of the sandbox: it makes, in Go, the tree of resources that the pulumi-eks 3.9.1 plugin makes.
//
// A program that calls eks.NewCluster registers one remote component. The engine asks the eks plugin to construct it, and the plugin
// registers what the component consists of: roles, security groups, the cluster, access entries, a Kubernetes provider, add-ons. Construct
// does the same with the same types, names, parents, inputs, dependencies and ignored changes, which recordings of the genuine plugin
// prove. Where the tree is registered is an Engine: the engine's resource monitor (NewMonitor), or an account behind mocks.
//
// Modelled are the components Cluster, ManagedNodeGroup, Addon, VpcCniAddon and NodeGroupSecurityGroup, and the method
// Cluster.getKubeconfig. What is not modelled is refused by name: self-managed node groups and with them the default node group, Fargate
// profiles, creation role providers, existing instance profiles, EFA. Nothing here calls the network: the plugin's wait for the API
// server's health and its look at the issuer's certificate have no counterpart, and the environment (AWS_PROFILE) is not read.
//
// Two checks of the plugin are left out because they cannot fail here: it looks for an AWS CLI on the machine, and it asks for
// providerCredentialOpts next to an explicit AWS provider, but does not see providers that reach it through the engine.
package ekstree
