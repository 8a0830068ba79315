package cloud

// Prefixed is what a name that Pulumi makes starts with, such as alias/. A
// name that the program gives stays as it is.
func (f Field) Prefixed(prefix string) Field { f.prefix = prefix; return f }

// AutoNamePrefix is what a name that Pulumi makes for the field starts with.
func (f Field) AutoNamePrefix() string { return f.prefix }

// SameWhen tells when two different texts mean the same, such as a key's ID
// and its ARN; they then show no change.
func (f Field) SameWhen(same func(a, b string) bool) Field { f.same = same; return f }

func (f Field) means(state, v any) bool {
	a, ok1 := state.(string)
	b, ok2 := v.(string)
	return ok1 && ok2 && f.same != nil && f.same(a, b)
}

// ForceNewIfRemoved marks a property that can be given to a resource that
// lacks it, but only a new resource can lack it again.
func (f Field) ForceNewIfRemoved() Field { f.stays = true; return f }
