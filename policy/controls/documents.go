package controls

import (
	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

// statements are those of the policy document in a property. A document that
// cannot be read is a violation: nothing can be said about it, and AWS refuses
// it.
func statements(r *control.Resource, path string) []statement.Statement {
	v := r.Get(path)
	if !v.IsSet() {
		return nil
	}
	list, err := statement.Parse(v.Property())
	if err != nil {
		r.Violate("%s cannot be read: %v", path, err)
	}
	return list
}

// eachStatement checks the statements of policy documents one by one.
func eachStatement(paths []string, do func(*control.Resource, statement.Statement)) check {
	return func(r *control.Resource) {
		for _, path := range paths {
			r.Guard(func() {
				for _, s := range statements(r, path) {
					do(r, s)
				}
			})
		}
	}
}

// notPublic refuses a statement that lets everybody in.
func notPublic(paths ...string) check {
	return eachStatement(paths, func(r *control.Resource, s statement.Statement) {
		if s.Public() {
			r.Violate("statement %q allows %v to the principal *, without a condition on whose calls are meant", s.Sid, s.Actions)
		}
	})
}
