package controls

import (
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

// check is what looks at one resource.
type check = func(*control.Resource)

// isTrue wants properties to be true; absent is not.
func isTrue(paths ...string) check {
	return func(r *control.Resource) {
		for _, path := range paths {
			if v := r.Get(path); !v.True() {
				r.Want(v, "true")
			}
		}
	}
}

// isFalse wants a property to be there and false, where the default is true.
func isFalse(path string) check {
	return func(r *control.Resource) {
		if v := r.Get(path); !v.False() {
			r.Want(v, "false")
		}
	}
}

// notTrue wants a property to be false or absent.
func notTrue(path string) check {
	return func(r *control.Resource) {
		if v := r.Get(path); v.True() {
			r.Want(v, "false, or nothing")
		}
	}
}

// notFalse wants a property to be true or absent, where the default is true.
func notFalse(path string) check {
	return func(r *control.Resource) {
		if v := r.Get(path); v.False() {
			r.Want(v, "true, or nothing")
		}
	}
}

// isSet wants a property to be there.
func isSet(path, want string) check {
	return func(r *control.Resource) {
		if v := r.Get(path); !v.IsSet() {
			r.Want(v, want)
		}
	}
}

// unset wants a property to be absent.
func unset(path, instead string) check {
	return func(r *control.Resource) {
		if v := r.Get(path); v.Present() {
			r.Want(v, "nothing; "+instead)
		}
	}
}

// oneOf wants a property to have one of some values; "" stands for absent.
func oneOf(path string, values ...string) check {
	return func(r *control.Resource) {
		if v := r.Get(path); !slices.Contains(values, v.Text()) {
			r.Want(v, oneOfText(values))
		}
	}
}

// noneOf wants a property not to have some values.
func noneOf(path, want string, values ...string) check {
	return func(r *control.Resource) {
		if v := r.Get(path); slices.Contains(values, v.Text()) {
			r.Want(v, want)
		}
	}
}

// atLeast wants a number, by default the one given, to be no less than the
// setting says.
func atLeast(path, setting string, absent int) check {
	return func(r *control.Resource) {
		if v := r.Get(path); v.Int(absent) < r.Number(setting) {
			r.Want(v, strconv.Itoa(r.Number(setting))+" or more")
		}
	}
}

// never refuses the resource for being there.
func never(why string) check {
	return func(r *control.Resource) { r.Violate("%s", why) }
}

// all runs several checks; one that meets an unknown value does not keep the
// others from being made.
func all(checks ...check) check {
	return func(r *control.Resource) {
		for _, c := range checks {
			r.Guard(func() { c(r) })
		}
	}
}

func oneOfText(values []string) string {
	var named []string
	for _, v := range values {
		if v != "" {
			named = append(named, v)
		}
	}
	text := strings.Join(named, " or ")
	if slices.Contains(values, "") {
		text += ", or nothing"
	}
	return text
}

// eachNamed wants every resource of some types to be named by a property of another
// one's; missing says that there is none.
func eachNamed(tokens []string, by, property, missing string) func(*control.Stack) {
	return func(s *control.Stack) {
		s.EachOf(tokens, func(r *control.Resource) {
			if len(s.Referring(by, property, r)) == 0 {
				r.Violate("%s", missing)
			}
		})
	}
}
