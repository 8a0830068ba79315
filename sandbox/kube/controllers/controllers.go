// Package controllers is what controllers in a cluster do in the simulated
// account: the AWS Load Balancer Controller, Karpenter, the EBS CSI driver and
// external-dns. A file, or a few of one prefix, is one of them.
//
// Each makes what it makes under its own name, as [cloud.Resource.Owner], and
// finds it again by tags, as the real one does: what a former cluster of the
// same name left is taken over. What they do not do: serve, balance, schedule or
// consolidate.
package controllers

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
)

var all = []*control.Controller{&ingresses, &services, &nodeClasses, &nodePools, &claims, &volumes, &records}

// All lists the controllers in the order in which they act: records follow load
// balancers, and claims and pods follow nodes.
func All() []*control.Controller { return slices.Clone(all) }

// hash is n hexadecimal digits that follow from words.
func hash(n int, words ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, "|")))
	return hex.EncodeToString(sum[:])[:n]
}

// short is the beginning of a word.
func short(n int, word string) string { return word[:min(n, len(word))] }

// tagged is a condition: a resource has tags.
func tagged(want map[string]string) func(*cloud.Resource) bool {
	return func(r *cloud.Resource) bool {
		have := r.Props.StrMap("tagsAll")
		for k, v := range want {
			if got, there := have[k]; !there || got != v {
				return false
			}
		}
		return true
	}
}

// network is the VPC of a cluster.
func network(cluster *cloud.Resource) string { return cluster.Props.Obj("vpcConfig").Str("vpcId") }

// annotations are those of an object below a prefix.
func annotations(o *cloud.Resource, prefix string) map[string]string {
	out := map[string]string{}
	for k, v := range o.Props.Obj("metadata").StrMap("annotations") {
		if name, ok := strings.CutPrefix(k, prefix); ok {
			out[name] = v
		}
	}
	return out
}

// list is a text with commas as a list.
func list(text string) []string {
	var out []string
	for _, word := range strings.Split(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}
