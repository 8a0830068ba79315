package cloud

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// DefaultAccountID is the account number of an account opened without one.
const DefaultAccountID = "123456789012"

// Options says what account to open.
type Options struct {
	// Path of the database file. Empty keeps the account in memory.
	Path string
	// ID is the twelve-digit account number of a new account; an account that
	// exists keeps its own. Defaults to [DefaultAccountID].
	ID string
	// Services are what the account knows.
	Services []Service
	// Clock tells the time; time.Now when nil.
	Clock func() time.Time
}

// Account is one simulated AWS account. Its methods may be called at once from
// many goroutines; calls happen one after the other, each whole or not at all.
type Account struct {
	id        string
	kinds     map[string]*Kind
	functions map[string]*Function
	reactions []func(tx *Tx)
	clock     func() time.Time

	mu      sync.Mutex
	store   *store
	settled settled
}

// Open opens the account in a database, or makes it.
func Open(o Options) (*Account, error) {
	a := &Account{kinds: map[string]*Kind{}, functions: map[string]*Function{}, clock: o.Clock, settled: settled{}}
	if a.clock == nil {
		a.clock = time.Now
	}
	for _, s := range o.Services {
		for _, k := range s.Kinds {
			k.Fields = k.fields()
			k.tags = s.Tags
			if k.Tagged && !k.Hidden && (s.Tags.TooMany == nil || s.Tags.Malformed == nil) {
				return nil, fmt.Errorf("bug in the sandbox: the service of %s has no rules for tags", k.Token)
			}
			a.kinds[k.Token] = &k
		}
		for _, f := range s.Functions {
			a.functions[f.Token] = &f
		}
		if s.React != nil {
			a.reactions = append(a.reactions, s.React)
		}
	}
	store, err := openStore(o.Path)
	if err != nil {
		return nil, err
	}
	a.store = store
	if a.id, err = store.accountID(o.ID); err != nil {
		return nil, errors.Join(err, store.close())
	}
	return a, nil
}

// Close closes the database. The account cannot be used afterwards.
func (a *Account) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.store.close()
}

// ID is the account's number.
func (a *Account) ID() string { return a.id }

// Session is who calls, and from where: what an AWS provider is configured
// with.
type Session struct {
	// Region of the calls.
	Region string
	// Caller is the ARN of the identity that signs the calls. Defaults to the
	// account's administrator.
	Caller string
	// DefaultTags are put on every resource that can have tags.
	DefaultTags map[string]string
	// Warn hears the warnings of calls that end well. Optional.
	Warn func(Warning)
}

// Kind finds a modelled type.
func (a *Account) Kind(token string) (*Kind, error) {
	if k, ok := a.kinds[token]; ok && !k.Hidden {
		return k, nil
	}
	return nil, fmt.Errorf("the sandbox does not model the resource type %s", token)
}

// Kinds lists the tokens of all modelled types in alphabetical order.
func (a *Account) Kinds() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a.kinds)), func(t string) bool { return a.kinds[t].Hidden })
}

// Create makes a resource. seed names it (its URN): the same seed gives the
// same IDs in every account of the same number, so that runs can be compared.
// When the error is a [Late], the resource exists all the same and is returned.
func (a *Account) Create(s Session, kind, seed string, inputs Props) (*Resource, error) {
	k, err := a.Kind(kind)
	if err != nil {
		return nil, err
	}
	if problems := k.problems(inputs); len(problems) > 0 {
		return nil, fmt.Errorf("creating %s: %s %s", k.Noun, problems[0].Property, problems[0].Reason)
	}
	tx, err := a.begin(s, k, seed)
	if err != nil {
		return nil, err
	}
	defer tx.end()

	r := &Resource{
		Kind: kind, Region: tx.region(k), Props: k.Fields.withDefaults(inputs), Facts: Props{}, MadeBy: seed, Given: inputs.Clone(),
		Seq: tx.nextSeq(),
	}
	if k.Tagged {
		r.Props["tagsAll"] = allTags(s, inputs)
		err = k.tags.check(r.Props.Obj("tagsAll"))
	}
	if err == nil {
		err = k.Create(tx, r)
	}
	var late *Late
	if err != nil && !errors.As(err, &late) {
		// An ID that the resource may have been given already never came to be.
		return nil, k.wrap("creating", k.CreateCall, r.Props.Str("name"), err)
	}
	if r.ID == "" {
		return nil, fmt.Errorf("bug in the sandbox: %s has no ID after its creation; please report it", kind)
	}
	tx.Put(r)
	if cerr := tx.commit(); cerr != nil {
		return nil, cerr
	}
	return r.clone(), err
}

// Read finds a resource by its ID; nil when there is none, or only one that
// AWS will delete by itself.
func (a *Account) Read(s Session, kind, id string) (*Resource, error) {
	k, err := a.Kind(kind)
	if err != nil {
		return nil, err
	}
	tx, err := a.begin(s, k, "")
	if err != nil {
		return nil, err
	}
	defer tx.end()
	r := tx.live(kind, id)
	if r != nil && k.Read != nil {
		k.Read(tx, r)
	}
	return r, nil
}

// Inputs are the properties of a resource that a program could have written.
func (a *Account) Inputs(r *Resource) Props {
	if k, ok := a.kinds[r.Kind]; ok {
		return k.Fields.settable(r.Props)
	}
	return nil
}

// Update changes a resource in place. When the error is a [Late], the change was
// made all the same and the resource is returned.
func (a *Account) Update(s Session, kind, id string, news Props) (*Resource, error) {
	k, err := a.Kind(kind)
	if err != nil {
		return nil, err
	}
	if problems := k.problems(news); len(problems) > 0 {
		return nil, fmt.Errorf("updating %s (%s): %s %s", k.Noun, id, problems[0].Property, problems[0].Reason)
	}
	tx, err := a.begin(s, k, id)
	if err != nil {
		return nil, err
	}
	defer tx.end()
	r := tx.live(kind, id)
	if r == nil {
		return nil, fmt.Errorf("updating %s (%s): it does not exist in account %s; run a refresh", k.Noun, id, a.id)
	}
	r.Given = news.Clone()
	news = k.Fields.withDefaults(k.unchanged(r.Props, news))
	if k.Tagged {
		err = k.tags.check(allTags(s, news))
	}
	if err == nil && k.Update != nil {
		err = k.Update(tx, r, news)
	}
	var late *Late
	if err != nil && !errors.As(err, &late) {
		return nil, k.wrap("updating", k.UpdateCall, nameOrID(r), err)
	}
	r.Props = k.Fields.merge(r.Props, news)
	if k.Tagged {
		r.Props["tagsAll"] = allTags(s, news)
	}
	tx.Put(r)
	if cerr := tx.commit(); cerr != nil {
		return nil, cerr
	}
	return r.clone(), err
}

// Delete deletes a resource. What is already gone is no error.
func (a *Account) Delete(s Session, kind, id string) error {
	k, err := a.Kind(kind)
	if err != nil {
		return err
	}
	tx, err := a.begin(s, k, id)
	if err != nil {
		return err
	}
	defer tx.end()
	r := tx.live(kind, id)
	if r == nil {
		return nil
	}
	if err := tx.delete(k, r); err != nil {
		return k.wrap("deleting", k.DeleteCall, nameOrID(r), err)
	}
	return tx.commit()
}

// Invoke answers a function.
func (a *Account) Invoke(s Session, token string, args Props) (Props, error) {
	f, ok := a.functions[token]
	if !ok {
		return nil, fmt.Errorf("the sandbox does not model the function %s", token)
	}
	tx := a.newTx(s, token)
	defer tx.end()
	return f.Call(tx, args)
}

// Change edits the account directly, as a service or a person behind Pulumi's
// back would. seed names what the edit makes, as in [Account.Create].
func (a *Account) Change(s Session, seed string, edit func(tx *Tx) error) error {
	tx := a.newTx(s, seed)
	defer tx.end()
	if err := edit(tx); err != nil {
		return err
	}
	return tx.commit()
}

// Resources lists all that exists, oldest first.
func (a *Account) Resources() []*Resource {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]*Resource, 0, len(a.store.resources))
	for _, r := range a.store.resources {
		out = append(out, r.clone())
	}
	bySeq(out)
	return out
}

// wrap puts what was being done, and to what, in front of a refusal.
func (k *Kind) wrap(doing, call, what string, err error) error {
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		return fmt.Errorf("%s %s: %w", doing, k.Noun, err)
	}
	c := *refusal
	c.service, c.operation, c.doing = k.Service, call, doing+" "+k.Noun
	if what != "" {
		c.doing += " (" + what + ")"
	}
	return &c
}

func nameOrID(r *Resource) string { return cmp.Or(r.Props.Str("name"), r.ID) }

func bySeq(rs []*Resource) {
	slices.SortFunc(rs, func(a, b *Resource) int { return cmp.Compare(a.Seq, b.Seq) })
}
