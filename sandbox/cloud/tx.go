package cloud

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Tx is one call to the account while it is being carried out. Nothing of it
// is kept unless the call ends well.
type Tx struct {
	// Session is the caller.
	Session Session

	account *Account
	seed    string
	ids     int
	puts    map[resourceKey]*Resource
	dels    map[resourceKey]bool
	seq     uint64

	edits  int    // How often something was put or removed.
	looked places // What services look at, while they react.
	quiet  *quiet // What they looked at when they had nothing to do.

	answers map[question]answer // Of [Once].

	committed bool
	warnings  []Warning
}

type resourceKey struct{ kind, region, id string }

// place is where resources of a kind are.
type place struct{ kind, region string }

func (k resourceKey) place() place { return place{k.kind, k.region} }

func (r *Resource) key() resourceKey { return resourceKey{r.Kind, r.Region, r.ID} }

// ErrKeep is what a [Kind]'s Delete returns when the resource stays in the
// account, scheduled for deletion.
var ErrKeep = errors.New("the resource stays until its deletion is due")

func (a *Account) begin(s Session, k *Kind, seed string) (*Tx, error) {
	if !k.Global && s.Region == "" {
		return nil, fmt.Errorf("%s needs a region: set aws:region, or region on the provider", k.Token)
	}
	return a.newTx(s, seed), nil
}

func (a *Account) newTx(s Session, seed string) *Tx {
	a.mu.Lock()
	if s.Caller == "" {
		s.Caller = ARN(s.Region, "iam", a.id, "role/administrator")
	}
	return &Tx{
		Session: s, account: a, seed: cmp.Or(seed, "anonymous"),
		puts: map[resourceKey]*Resource{}, dels: map[resourceKey]bool{}, seq: a.store.seq,
	}
}

// end lets the next call in. Whoever hears the warnings may take its time, and
// call the account.
func (tx *Tx) end() {
	tx.account.mu.Unlock()
	if !tx.committed || tx.Session.Warn == nil {
		return
	}
	for _, w := range tx.warnings {
		tx.Session.Warn(w)
	}
}

// commit keeps what a call did, and what services do by themselves because of
// it.
func (tx *Tx) commit() error {
	tx.React()
	if err := tx.account.store.commit(tx); err != nil {
		return err
	}
	tx.committed = true
	tx.settle()
	return nil
}

func (tx *Tx) nextSeq() uint64 { tx.seq++; return tx.seq }

func (tx *Tx) region(k *Kind) string {
	if k.Global {
		return ""
	}
	return tx.Session.Region
}

func (tx *Tx) kind(token string) *Kind {
	k := tx.account.kinds[token]
	if k == nil {
		panic("bug in the sandbox: no kind " + token)
	}
	return k
}

// Knows tells whether the account models a kind, also one that no program can
// name.
func (tx *Tx) Knows(kind string) bool { return tx.account.kinds[kind] != nil }

// AccountID is the account's number.
func (tx *Tx) AccountID() string { return tx.account.id }

// Seed names what the call makes; see [Account.Create].
func (tx *Tx) Seed() string { return tx.seed }

// Now is the account's time.
func (tx *Tx) Now() time.Time { return tx.account.clock() }

// In does something as if the caller were in another region.
func (tx *Tx) In(region string, do func()) {
	was := tx.Session.Region
	defer func() { tx.Session.Region = was }()
	tx.Session.Region = region
	do()
}

// Get finds a resource of the session's region (or a global one) by its ID, or
// returns nil. It is a copy: [Tx.Put] keeps changes.
func (tx *Tx) Get(kind, id string) *Resource {
	k := resourceKey{kind, tx.region(tx.kind(kind)), id}
	tx.look(k.place())
	if tx.dels[k] {
		return nil
	}
	if r, ok := tx.puts[k]; ok {
		return r.clone()
	}
	if r, ok := tx.account.store.resources[k]; ok {
		return r.clone()
	}
	return nil
}

// List lists the resources of a kind in the session's region, oldest first, that
// match every condition. The resources are copies.
func (tx *Tx) List(kind string, where ...func(*Resource) bool) []*Resource {
	var out []*Resource
	for r := range tx.matching(kind, where) {
		out = append(out, r.clone())
	}
	return out
}

// One is the first of [Tx.List], or nil.
func (tx *Tx) One(kind string, where ...func(*Resource) bool) *Resource {
	for r := range tx.matching(kind, where) {
		return r.clone()
	}
	return nil
}

// Count is the length of [Tx.List]; it costs less, because nothing is copied.
func (tx *Tx) Count(kind string, where ...func(*Resource) bool) int {
	n := 0
	for range tx.matching(kind, where) {
		n++
	}
	return n
}

// matching are the resources of [Tx.List] themselves.
func (tx *Tx) matching(kind string, where []func(*Resource) bool) iter.Seq[*Resource] {
	at := place{kind, tx.region(tx.kind(kind))}
	tx.look(at)
	matches := func(r *Resource) bool {
		return !slices.ContainsFunc(where, func(w func(*Resource) bool) bool { return !w(r) })
	}
	return func(yield func(*Resource) bool) {
		changed := tx.changedIn(at)
		for _, r := range tx.account.store.places[at] {
			for len(changed) > 0 && changed[0].Seq < r.Seq {
				if matches(changed[0]) && !yield(changed[0]) {
					return
				}
				changed = changed[1:]
			}
			k := r.key()
			if _, again := tx.puts[k]; !again && !tx.dels[k] && matches(r) && !yield(r) {
				return
			}
		}
		for _, r := range changed {
			if matches(r) && !yield(r) {
				return
			}
		}
	}
}

// changedIn are the resources of a place that the call itself has put, oldest
// first.
func (tx *Tx) changedIn(at place) []*Resource {
	var out []*Resource
	for k, r := range tx.puts {
		if k.place() == at {
			out = append(out, r)
		}
	}
	bySeq(out)
	return out
}

// Prop is a condition for [Tx.List]: a property has a value.
func Prop(name string, value any) func(*Resource) bool {
	return func(r *Resource) bool { return Equal(r.Props[name], value) }
}

// Put keeps a new or changed resource.
func (tx *Tx) Put(r *Resource) {
	c := r.clone()
	if tx.looked != nil && tx.unchanged(c) {
		r.Seq = c.Seq
		return // A service that says once more what it has said is at rest.
	}
	tx.edits++
	if c.Seq == 0 {
		c.Seq = tx.nextSeq()
		r.Seq = c.Seq
	}
	delete(tx.dels, c.key())
	tx.puts[c.key()] = c
}

// unchanged tells whether a resource is there as it is to be put, and if so
// numbers it alike.
func (tx *Tx) unchanged(r *Resource) bool {
	was, ok := tx.puts[r.key()]
	if !ok {
		was, ok = tx.account.store.resources[r.key()]
	}
	if !ok || tx.dels[r.key()] || r.Seq != 0 && r.Seq != was.Seq {
		return false
	}
	c := *r
	if c.Seq = was.Seq; !reflect.DeepEqual(&c, was) {
		return false
	}
	r.Seq = was.Seq
	return true
}

// Make puts a resource that a service of AWS makes on its own.
func (tx *Tx) Make(owner, kind, id string, props, facts Props) *Resource {
	r := &Resource{Kind: kind, ID: id, Region: tx.region(tx.kind(kind)), Props: props.Clone(), Facts: facts.Clone(), Owner: owner}
	if r.Facts == nil {
		r.Facts = Props{}
	}
	tx.Put(r)
	return r
}

// Remove takes a resource out of the account without asking anything.
func (tx *Tx) Remove(r *Resource) {
	tx.edits++
	delete(tx.puts, r.key())
	tx.dels[r.key()] = true
}

// Delete deletes a resource with all the checks and effects of its kind.
func (tx *Tx) Delete(r *Resource) error { return tx.delete(tx.kind(r.Kind), r) }

func (tx *Tx) delete(k *Kind, r *Resource) error {
	if k.Delete != nil {
		if err := k.Delete(tx, r); errors.Is(err, ErrKeep) {
			tx.Put(r)
			return nil
		} else if err != nil {
			return err
		}
	}
	tx.Remove(r)
	return nil
}

// ID makes a new identifier such as vpc-0123456789abcdef0.
func (tx *Tx) ID(prefix string) string { return prefix + tx.Hex(17) }

// UUID makes a new identifier such as 01234567-89ab-cdef-0123-456789abcdef.
func (tx *Tx) UUID() string {
	h := tx.Hex(32)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Hex makes n new hexadecimal digits, 64 at most, that are the same whenever the same
// resource is made for the same time in an account of the same number.
func (tx *Tx) Hex(n int) string {
	tx.ids++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d|%d", tx.account.id, tx.seed, tx.account.store.made[tx.seed], tx.ids))
	return hex.EncodeToString(sum[:])[:n]
}

// ARN is the name of a resource of the session's region and account.
func (tx *Tx) ARN(service, resource string) string {
	return ARN(tx.Session.Region, service, tx.account.id, resource)
}

// ARN writes an Amazon resource name. IAM's have no region.
func ARN(region, service, account, resource string) string {
	partition := Partition(region)
	if service == "iam" {
		region = ""
	}
	return strings.Join([]string{"arn", partition, service, region, account, resource}, ":")
}

// AllTags are the tags of a resource that a service makes: its own and the
// given.
func AllTags(tags map[string]string) Props {
	return Props{"tags": clone(tags), "tagsAll": clone(tags)}
}

// Contains is a condition for [Tx.List]: a list property holds a value.
func Contains(name string, value string) func(*Resource) bool {
	return func(r *Resource) bool { return slices.Contains(r.Props.Strs(name), value) }
}
