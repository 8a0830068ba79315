package eks

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
)

// platformVersion is what a new cluster gets. EKS's numbers are not known; this
// one is an assumption.
const platformVersion = "eks.9"

func clusterKind(o Options) cloud.Kind {
	enabled := cloud.Object(cloud.Fields{"enabled": cloud.Bool})
	data := cloud.Object(cloud.Fields{"data": cloud.String})
	return cloud.Kind{
		Token: cloud.EKSCluster, Noun: "EKS Cluster", Service: serviceName, Tagged: true,
		CreateCall: "CreateCluster", UpdateCall: "UpdateClusterConfig", DeleteCall: "DeleteCluster",
		Fields: cloud.Fields{
			"name": cloud.String.AutoNamed(255).ForceNew(),
			"accessConfig": cloud.Object(cloud.Fields{
				"authenticationMode":                      cloud.String.Computed(),
				"bootstrapClusterCreatorAdminPermissions": cloud.Bool.Default(true).ForceNew(),
			}).Computed(),
			"bootstrapSelfManagedAddons": cloud.Bool.Default(true).ForceNew(),
			"computeConfig": cloud.Object(cloud.Fields{
				"enabled": cloud.Bool, "nodePools": cloud.SetOf(cloud.String.OneOf("general-purpose", "system")), "nodeRoleArn": cloud.String.Like(cloud.ARNText),
			}),
			"defaultAddonsToRemoves": cloud.ListOf(cloud.String),
			"enabledClusterLogTypes": cloud.SetOf(cloud.String),
			"encryptionConfig": cloud.Object(cloud.Fields{
				"provider":  cloud.Object(cloud.Fields{"keyArn": cloud.String.Required()}).Required(),
				"resources": cloud.SetOf(cloud.String).Required(),
			}).ForceNewIfRemoved(),
			"forceUpdateVersion": cloud.Bool,
			"kubernetesNetworkConfig": cloud.Object(cloud.Fields{
				"elasticLoadBalancing": cloud.Object(cloud.Fields{"enabled": cloud.Bool}).Computed(),
				"ipFamily":             cloud.String.Computed().ForceNew(),
				"serviceIpv4Cidr":      cloud.String.Like(serviceRange).Computed().ForceNew(),
				"serviceIpv6Cidr":      cloud.String.Output(),
			}).Computed(),
			"roleArn":       cloud.String.Like(cloud.ARNText).Required().ForceNew(),
			"storageConfig": cloud.Object(cloud.Fields{"blockStorage": enabled}),
			"upgradePolicy": cloud.Object(cloud.Fields{"supportType": cloud.String.Computed()}).Computed(),
			"version":       cloud.String.Computed(),
			"vpcConfig": cloud.Object(cloud.Fields{
				"endpointPrivateAccess":  cloud.Bool.Default(false),
				"endpointPublicAccess":   cloud.Bool.Default(true),
				"publicAccessCidrs":      cloud.SetOf(cloud.String).Computed(),
				"securityGroupIds":       cloud.SetOf(cloud.String),
				"subnetIds":              cloud.SetOf(cloud.String).Required(),
				"clusterSecurityGroupId": cloud.String.Output(),
				"vpcId":                  cloud.String.Output(),
			}).Required(),
			"zonalShiftConfig":       enabled,
			"arn":                    cloud.String.Output(),
			"certificateAuthorities": cloud.ListOf(data).Output(),
			"certificateAuthority":   data.Output(),
			"clusterId":              cloud.String.Output(),
			"createdAt":              cloud.String.Output(),
			"endpoint":               cloud.String.Output(),
			"identities": cloud.ListOf(cloud.Object(cloud.Fields{
				"oidcs": cloud.ListOf(cloud.Object(cloud.Fields{"issuer": cloud.String})),
			})).Output(),
			"platformVersion": cloud.String.Output(),
			"status":          cloud.String.Output(),
		},
		Check:  checkCluster,
		Create: func(tx *cloud.Tx, r *cloud.Resource) error { return createCluster(tx, r, o) },
		Update: updateCluster, Delete: deleteCluster,
	}
}

func createCluster(tx *cloud.Tx, r *cloud.Resource, o Options) error {
	name := r.Props.Str("name")
	if tx.Get(cloud.EKSCluster, name) != nil {
		return clusterExists.Refuse("Cluster already exists with name: %s", name)
	}
	if n := tx.Count(cloud.EKSCluster); n >= maxClusters {
		return clusterQuota.Refuse("Cluster limit exceeded for account: %d", maxClusters)
	}
	fillCluster(r.Props)
	vpc, err := checkNewCluster(tx, r.Props)
	if err != nil {
		return err
	}
	r.ID = name
	identify(tx, r, o)
	group, err := clusterGroup(tx, name, vpc.ID)
	if err != nil {
		return err
	}
	vpcConfig := r.Props.Obj("vpcConfig")
	vpcConfig["vpcId"], vpcConfig["clusterSecurityGroupId"] = vpc.ID, group.ID
	if err := placeInterfaces(tx, r); err != nil {
		return err
	}
	if r.Props.Bool("bootstrapSelfManagedAddons") {
		r.Facts[selfManagedFact] = cloud.Strings("vpc-cni", "coredns", "kube-proxy")
	}
	log(tx, r.Props)
	admitCreator(tx, r)
	return nil
}

// fillCluster sets what EKS decides when the program does not. Nested objects
// are changed in place.
func fillCluster(p cloud.Props) {
	fill := func(object, field string, value any) {
		o := p.Obj(object)
		if o == nil {
			o = cloud.Props{}
		}
		if !o.Has(field) {
			o[field] = value
		}
		p[object] = map[string]any(o)
	}
	if !p.Has("version") {
		p["version"] = versions.Default
	}
	fill("accessConfig", "authenticationMode", modeConfigMap)
	fill("accessConfig", "bootstrapClusterCreatorAdminPermissions", true)
	fill("upgradePolicy", "supportType", "EXTENDED")
	fill("kubernetesNetworkConfig", "ipFamily", "ipv4")
	fill("kubernetesNetworkConfig", "elasticLoadBalancing", map[string]any{"enabled": false})
	if vpc := p.Obj("vpcConfig"); vpc.Bool("endpointPublicAccess") {
		fill("vpcConfig", "publicAccessCidrs", cloud.Strings("0.0.0.0/0"))
	}
}

// identify sets the names under which the world knows the cluster.
func identify(tx *cloud.Tx, r *cloud.Resource, o Options) {
	region, key := tx.Session.Region, strings.ToUpper(tx.Hex(32))
	endpoint := "https://" + key + "." + tx.Hex(3) + "." + region + ".eks." + cloud.DNSSuffix(region)
	if o.Endpoint != nil {
		endpoint = o.Endpoint(r.ID)
	}
	ca := base64.StdEncoding.EncodeToString([]byte("the sandbox's cluster " + r.ID))
	if o.CertificateAuthority != nil {
		ca = o.CertificateAuthority(r.ID)
	}
	issuer := "https://oidc.eks." + region + "." + cloud.DNSSuffix(region) + "/id/" + key
	r.Props["arn"] = tx.ARN("eks", "cluster/"+r.ID)
	r.Props["endpoint"] = endpoint
	r.Props["certificateAuthority"] = map[string]any{"data": ca}
	r.Props["certificateAuthorities"] = []any{map[string]any{"data": ca}}
	r.Props["identities"] = []any{map[string]any{"oidcs": []any{map[string]any{"issuer": issuer}}}}
	r.Props["clusterId"] = ""
	r.Props["createdAt"] = tx.Now().UTC().Format(time.RFC3339)
	r.Props["platformVersion"] = platformVersion
	r.Props["status"] = "ACTIVE"
}

// clusterGroup makes the group that EKS puts on the control plane's interfaces
// and on nodes without groups of their own. Its members may talk to each other.
func clusterGroup(tx *cloud.Tx, cluster, vpcID string) (*cloud.Resource, error) {
	n, err := strconv.ParseUint(tx.Hex(8), 16, 32)
	if err != nil {
		return nil, err
	}
	name := "eks-cluster-sg-" + cluster + "-" + strconv.FormatUint(n, 10)
	group, err := ec2.MakeSecurityGroup(tx, ec2.Group{
		VPCID: vpcID, Name: name, Owner: owner,
		Description: "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.",
		Tags:        map[string]string{"Name": name, "aws:eks:cluster-name": cluster, "kubernetes.io/cluster/" + cluster: "owned"},
	})
	if err != nil {
		return nil, err
	}
	_, err = ec2.Authorize(tx, group.ID, ec2.Permission{Protocol: "-1", Peer: group.ID})
	return group, err
}

// log has the control plane log into its group while any of its logs is on.
func log(tx *cloud.Tx, p cloud.Props) {
	if len(p.List("enabledClusterLogTypes")) > 0 {
		logs.Write(tx, owner, logGroup(p.Str("name")))
	} else {
		logs.Stop(tx, logGroup(p.Str("name")))
	}
}

// logGroup is where the control plane of a cluster logs.
func logGroup(cluster string) string { return "/aws/eks/" + cluster + "/cluster" }
