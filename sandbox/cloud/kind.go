package cloud

// Kind is a type of resource: its schema, and what AWS does when one is made,
// changed or deleted.
type Kind struct {
	// Token is Pulumi's name of the type, such as aws:ec2/vpc:Vpc.
	Token string
	// Noun is how the AWS provider calls it in messages, such as "EC2 VPC".
	Noun string
	// Service is AWS's name of the service, such as "EC2".
	Service string
	// CreateCall, UpdateCall and DeleteCall are the API operations named in
	// messages, such as "CreateVpc".
	CreateCall, UpdateCall, DeleteCall string
	// Global kinds belong to no region.
	Global bool
	// Tagged kinds have tags and tagsAll; the account adds the two fields.
	Tagged bool
	// Hidden kinds are made by AWS only; no program can name them.
	Hidden bool
	// Fields are the properties.
	Fields Fields

	// Check finds what the provider refuses before it calls AWS. Values may be
	// unknown.
	Check func(p Props) []Problem
	// Unchanged puts back in news what the provider takes for no change, by what
	// else is in them: its DiffSuppressFunc. Nil when there is nothing.
	Unchanged func(state, news Props)
	// Create completes r, whose Props hold the inputs and defaults: it sets the
	// ID and the properties that AWS sets, and makes what else comes into being.
	Create func(tx *Tx, r *Resource) error
	// Update brings r, whose Props are as they were, to the new inputs. The
	// account merges news into Props when Update leaves no error; nil accepts
	// every change that does not replace.
	Update func(tx *Tx, r *Resource, news Props) error
	// Delete refuses when something depends on r and removes what goes with it.
	// The account removes r itself unless Delete returns [ErrKeep].
	Delete func(tx *Tx, r *Resource) error
	// Stale names the outputs that an update makes anew, so that nobody can
	// tell them before: changed are the top-level properties that it changes.
	// Nil when there are none.
	Stale func(changed []string, news Props) []string
	// Read refreshes properties that follow from other resources.
	Read func(tx *Tx, r *Resource)

	tags TagRules
}

// Function is a data source: a question to the account.
type Function struct {
	// Token is Pulumi's name of the function, such as
	// aws:index/getPartition:getPartition.
	Token string
	// Call answers. Arguments are complete: the engine does not ask with
	// unknown ones.
	Call func(tx *Tx, args Props) (Props, error)
}

// Service is what one AWS service adds to the account.
type Service struct {
	Kinds     []Kind
	Functions []Function
	// Tags are for the kinds that a program can tag.
	Tags TagRules
	// React is what the service does by itself about whatever a call changed,
	// before the call is kept; nil when it only does what it is told. It follows
	// from the account, and from the region and the caller of the call, alone: it is
	// not asked again before something changes of what it looked at.
	React func(tx *Tx)
}

// Resource is something that exists in the account.
type Resource struct {
	// Kind is the token of its type.
	Kind string
	// ID is the provider's identifier.
	ID string
	// Region is where it lives; "" for global kinds.
	Region string
	// Props are all its properties, inputs and outputs.
	Props Props
	// Owner is the AWS service that made it; "" when the caller did.
	Owner string
	// MadeBy is the seed of the call that made it: the URN, where Pulumi called;
	// "" for what came into being with something else.
	MadeBy string
	// Given are the properties that the caller gave when it made the resource or
	// last changed it.
	Given Props
	// Facts are what the sandbox remembers of it and no API shows.
	Facts Props
	// Scheduled says when AWS will delete it by itself; "" when it will not.
	Scheduled string
	// Seq orders resources by creation.
	Seq uint64
}

func (r *Resource) clone() *Resource {
	c := *r
	c.Props, c.Facts, c.Given = r.Props.Clone(), r.Facts.Clone(), r.Given.Clone()
	return &c
}

func (k *Kind) fields() Fields {
	if !k.Tagged {
		return k.Fields
	}
	fs := make(Fields, len(k.Fields)+2)
	for n, f := range k.Fields {
		fs[n] = f
	}
	fs["tags"] = MapOf(String)
	fs["tagsAll"] = MapOf(String).Output()
	return fs
}
