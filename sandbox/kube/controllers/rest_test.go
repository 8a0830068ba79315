package controllers_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// restless is a copy of the world in which no controller rests.
func (w *world) restless() *world {
	w.t.Helper()
	c := *w
	c.acct, c.ids = cloudtest.Restless(w.t, w.acct, w.session), maps.Clone(w.ids)
	cluster, err := c.acct.Read(w.session, cloud.EKSCluster, "demo")
	if err != nil {
		w.t.Fatal(err)
	}
	c.connect(cluster.Props.Str("endpoint"))
	return &c
}

// again makes a resource that was deleted, or says why not.
func (w *world) again(name, kind string, p cloud.Props) error {
	r, err := w.acct.Create(w.session, kind, "urn:"+name, p)
	if err == nil {
		w.ids[name], w.kinds[name] = r.ID, kind
	}
	return err
}

// deeds are what may happen in a world that has everything; each may be refused.
var deeds = map[string]func(w *world, random *rand.Rand) error{
	"an Ingress": func(w *world, random *rand.Rand) error {
		_, err := w.try(networking, "Ingress", pick(random, "apps/web", "apps/other"), ingress("web", fronts[random.IntN(len(fronts))]))
		return err
	},
	"an Ingress changes": func(w *world, random *rand.Rand) error {
		changed := ingress("web", fronts[random.IntN(len(fronts))])
		changed.Obj("metadata")["name"], changed.Obj("metadata")["namespace"] = pick(random, "web", "other"), "apps"
		_, err := w.client.Update(networking, "Ingress", changed)
		return err
	},
	"no Ingress": func(w *world, random *rand.Rand) error {
		return w.tryRemove(networking, "Ingress", pick(random, "apps/web", "apps/other"))
	},
	"a claim": func(w *world, random *rand.Rand) error {
		_, err := w.try("v1", "PersistentVolumeClaim", pick(random, "apps/data", "apps/more"), claim("now"))
		return err
	},
	"no claim": func(w *world, random *rand.Rand) error {
		return w.tryRemove("v1", "PersistentVolumeClaim", pick(random, "apps/data", "apps/more"))
	},
	"a Deployment": func(w *world, random *rand.Rand) error {
		_, err := w.try("apps/v1", "Deployment", pick(random, "apps/batch", "apps/late"), batch())
		return err
	},
	"no Deployment": func(w *world, random *rand.Rand) error {
		return w.tryRemove("apps/v1", "Deployment", pick(random, "apps/batch", "apps/late"))
	},
	"a pool": func(w *world, _ *rand.Rand) error {
		_, err := w.try(karpenterV1, "NodePool", "default", nodePool(nil))
		return err
	},
	"no pool": func(w *world, _ *rand.Rand) error { return w.tryRemove(karpenterV1, "NodePool", "default") },
	"a class": func(w *world, _ *rand.Rand) error {
		_, err := w.try(karpenterAWS, "EC2NodeClass", "default", w.nodeClass(nil))
		return err
	},
	"no class": func(w *world, _ *rand.Rand) error { return w.tryRemove(karpenterAWS, "EC2NodeClass", "default") },
	"a controller goes": func(w *world, random *rand.Rand) error {
		return w.client.Uninstall(objects.ParseID(pick(random, "kube-system/"+lbc, "kube-system/"+karpenter, dns+"/"+dns)))
	},
	"a controller comes": func(w *world, random *rand.Rand) error {
		name := pick(random, lbc, karpenter, dns)
		chart := map[string]cloud.Props{
			lbc:       {"chart": lbc, "namespace": "kube-system", "repositoryOpts": object{"repo": charts}, "values": object{"clusterName": "demo", "region": region, "vpcId": w.ids["vpc"]}},
			karpenter: {"chart": "oci://public.ecr.aws/karpenter/karpenter", "namespace": "kube-system", "values": object{"settings": object{"clusterName": "demo"}}},
			dns:       {"chart": dns, "namespace": dns, "repositoryOpts": object{"repo": dnsChart}, "values": object{"policy": "sync", "txtOwnerId": "demo"}},
		}[name]
		_, err := w.client.Install("urn:"+name, chart.With(cloud.Props{"name": name}))
		return err
	},
	"the driver goes":  func(w *world, _ *rand.Rand) error { return w.tryDelete("driver") },
	"the driver comes": func(w *world, _ *rand.Rand) error { return w.again("driver", cloud.EKSAddon, theDriver()) },
	"a permission goes": func(w *world, random *rand.Rand) error {
		return w.tryDelete(pick(random, "lbc", "dns", "ebs", karpenter) + "-policy")
	},
	"a permission comes": func(w *world, random *rand.Rand) error {
		name := pick(random, "lbc", "dns", "ebs", karpenter)
		return w.again(name+"-policy", cloud.IAMRolePolicy, cloud.Props{"role": name, "name": "own", "policy": text(object{
			"Version": "2012-10-17", "Statement": []any{object{"Effect": "Allow", "Action": "*", "Resource": "*"}},
		})})
	},
	"another tag on a subnet": func(w *world, random *rand.Rand) error {
		return w.acct.Change(w.session, "", func(tx *cloud.Tx) error {
			s := tx.Get(cloud.Subnet, w.ids[pick(random, "public-a", "public-b", "private-a")])
			s.Props["tagsAll"] = []object{{}, {elbRole: "1"}, {"karpenter.sh/discovery": "demo"}}[random.IntN(3)]
			tx.Put(s)
			return nil
		})
	},
	"something goes behind everybody's back": func(w *world, random *rand.Rand) error {
		return w.acct.Change(w.session, "", func(tx *cloud.Tx) error {
			there := tx.List(pick(random, cloud.LoadBalancer, cloud.TargetGroup, cloud.Instance, cloud.Volume, cloud.Route53Record))
			if len(there) > 0 {
				tx.Remove(there[random.IntN(len(there))])
			}
			return nil
		})
	},
	"somebody looks": func(w *world, random *rand.Rand) error {
		s := cloud.Session{Region: pick(random, region, "eu-west-1"), Caller: pick(random, "", roleARN+"worker")}
		return w.acct.Change(s, "", func(*cloud.Tx) error { return nil })
	},
}

var fronts = []map[string]string{open, {"scheme": "internal", "target-type": "ip"}, {"scheme": "internet-facing", "target-type": "ip", "group.name": "shared"}}

func pick(random *rand.Rand, from ...string) string { return from[random.IntN(len(from))] }

// Controllers that rest while nothing changes of what they looked at do exactly
// what they would if they looked after every call, whatever happens.
func TestControllersThatRestMissNothing(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(deeds))
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := wholeWorld(t)
			restless := w.restless()
			choose, done := rand.New(rand.NewPCG(seed, 0)), 0
			for step := range uint64(80) {
				name := names[choose.IntN(len(names))]
				got := deeds[name](w, rand.New(rand.NewPCG(seed, step)))
				want := deeds[name](restless, rand.New(rand.NewPCG(seed, step)))
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("step %d, %s: got %v, want %v", step, name, got, want)
				}
				if got == nil {
					done++
				}
				is, should := cloudtest.Things(w.acct), cloudtest.Things(restless.acct)
				for i := range min(len(is), len(should)) {
					if !reflect.DeepEqual(is[i], should[i]) {
						t.Fatalf("step %d, %s: got\n%v, want\n%v", step, name, is[i], should[i])
					}
				}
				if len(is) != len(should) {
					t.Fatalf("step %d, %s: %d things exist, want %d", step, name, len(is), len(should))
				}
			}
			if done < 30 {
				t.Errorf("only %d deeds were not refused", done)
			}
		})
	}
}
