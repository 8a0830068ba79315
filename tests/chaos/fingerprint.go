package chaos

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// What fingerprints are taken for, beside the verbs.
const goingOn, leaving, recklessly = "going on", "leaving", "recklessly"

// fingerprint is the same for two worlds of one program that go on alike: the
// same exists in the account, made in the same order, and Pulumi knows the same
// of it, by the same names.
//
// The outputs in the state are left out: they are what the account has said, and
// every refresh writes them anew. How often a name has been used is left out as
// well: it decides only what IDs a resource has that is made again.
//
// For a world that is only to be destroyed any more, what the program would call
// things is left out too.
func (w *World) fingerprint(what string) (sum, error) {
	account, err := w.account.Fingerprint()
	if err != nil {
		return account, err
	}
	h := &writer{}
	h.sum(account)
	if what == goingOn {
		h.sum(w.names.dictionary().sum)
	}
	resources := slices.Clone(w.state.Resources)
	slices.SortStableFunc(resources, func(a, b apitype.ResourceV3) int { return strings.Compare(string(a.URN), string(b.URN)) })
	for _, r := range resources {
		w.write(h, r)
	}
	for _, o := range w.state.PendingOperations {
		h.text("pending", string(o.Type))
		w.write(h, o.Resource)
	}
	h.text(slices.Sorted(maps.Keys(w.kept))...)
	return sha256.Sum256(h.all), nil
}

func (w *World) write(h *writer, r apitype.ResourceV3) {
	h.text(string(r.URN), string(r.ID), string(r.Parent), r.Provider, string(r.DeletedWith))
	h.text(r.InitErrors...)
	for _, flag := range []bool{r.Delete, r.Protect, r.External, r.RetainOnDelete, r.PendingReplacement} {
		h.all = append(h.all, map[bool]byte{true: 1}[flag])
	}
	for _, urn := range r.Dependencies {
		h.text(string(urn))
	}
	h.sum(w.program.book.sum(r.Inputs))
}

// writer collects what a fingerprint is made of.
type writer struct{ all []byte }

func (h *writer) sum(s sum) { h.all = append(h.all, s[:]...) }

func (h *writer) text(texts ...string) {
	h.all = binary.BigEndian.AppendUint64(h.all, uint64(len(texts)))
	for _, t := range texts {
		h.all = append(binary.BigEndian.AppendUint64(h.all, uint64(len(t))), t...)
	}
}

// summed is a value whose sum is known; it keeps the value where it is.
type summed struct {
	value map[string]any
	sum   sum
}

// sum is the sum of a value that nobody changes any more.
func (b *book) sum(v map[string]any) sum {
	at := reflect.ValueOf(v).Pointer()
	if known, ok := b.sums.get(at); ok {
		return known.sum
	}
	return b.sums.put(at, summed{v, sumOf(v)}).sum
}
