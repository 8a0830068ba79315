package fault

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Kind is what happens to a call.
type Kind string

// The kinds of fault.
const (
	// Throttle refuses a request as a service does that gets too many.
	Throttle Kind = "throttle"
	// Fail refuses a call; nothing happens in the account.
	Fail Kind = "fail"
	// Lost carries a call out and answers as a connection does that breaks.
	Lost Kind = "lost"
	// Kill ends the process.
	Kill Kind = "kill"
)

// Verb is what a call does.
type Verb string

// The verbs of calls. A step is any of the first three.
const (
	Create Verb = "create"
	Update Verb = "update"
	Delete Verb = "delete"
	Ask    Verb = "ask" // Reads a resource or calls a function.
	Step   Verb = "step"
)

// MaxAttempts is how often the AWS provider tries a request that is throttled:
// the default of its argument maxRetries.
const MaxAttempts = 25

// Fault is one thing that goes wrong.
type Fault struct {
	// Kind says what happens.
	Kind Kind
	// On says which calls it counts. Throttles with Every count all requests.
	On Verb
	// At says which of them it is: a number from 1, or the logical name of a
	// resource (also with its type in front: type::name).
	At string
	// Every throttles every n-th request instead.
	Every int
	// Times is how often the request At is throttled.
	Times int
	// Code is AWS's error code, when the fault chooses it.
	Code string
	// Before kills the process before the account carries out the call, not
	// after.
	Before bool
}

// nth is the number of the call; 0 when it is chosen by name.
func (f Fault) nth() int {
	n, err := strconv.Atoi(f.At)
	if err != nil {
		return 0
	}
	return n
}

// String writes the fault as [Parse] reads it.
func (f Fault) String() string {
	var options []string
	add := func(key, value string) { options = append(options, key+"="+value) }
	if f.Every > 0 {
		add("every", strconv.Itoa(f.Every))
	} else {
		add(string(f.On), f.At)
	}
	if f.Kind == Throttle && f.Every == 0 {
		add("times", strconv.Itoa(f.Times))
	}
	if f.Code != "" {
		add("code", f.Code)
	}
	if f.Kind == Kill {
		add("when", map[bool]string{true: "before", false: "after"}[f.Before])
	}
	return string(f.Kind) + ":" + strings.Join(options, ",")
}

// Grammar is how faults are written, for help texts.
const Grammar = `throttle[:every=N]                  every N-th request to AWS, 2 by default; 1 is all of them
throttle:create=AT[,times=N]        a request, N times in a row; 25 by default, more than is tried
fail:create=AT[,code=CODE]          a call fails and nothing is made
lost:create=AT                      a call is carried out and its answer is lost
kill:step=AT[,when=before|after]    the process is killed; after the call, by default
AT is a number from 1 or a logical name; create may also be update, delete or step`

// options are those that each kind takes beside the verb that chooses a call.
var options = map[Kind][]string{
	Throttle: {"every", "times", "code"},
	Fail:     {"code"},
	Lost:     nil,
	Kill:     {"when"},
}

// Parse reads a fault; see [Grammar].
func Parse(text string) (Fault, error) {
	kind, rest, _ := strings.Cut(text, ":")
	f := Fault{Kind: Kind(kind)}
	if _, ok := options[f.Kind]; !ok {
		return Fault{}, fmt.Errorf("fault %q: %q is no kind of fault: want throttle, fail, lost or kill", text, kind)
	}
	if rest != "" {
		for option := range strings.SplitSeq(rest, ",") {
			if err := f.set(option); err != nil {
				return Fault{}, fmt.Errorf("fault %q: %w", text, err)
			}
		}
	}
	if err := f.complete(); err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

func (f *Fault) set(option string) error {
	key, value, ok := strings.Cut(option, "=")
	if !ok || value == "" {
		return fmt.Errorf("%q is no option: want key=value, such as create=3", option)
	}
	switch verb := Verb(key); verb {
	case Create, Update, Delete, Step:
		if f.On != "" {
			return fmt.Errorf("both %s=%s and %s: want one; give --fault twice for two faults", f.On, f.At, option)
		}
		f.On, f.At = verb, value
		if n, err := strconv.Atoi(value); err == nil && n < 1 {
			return fmt.Errorf("%s is %d: want a number from 1, or a logical name", key, n)
		}
		return nil
	}
	known := false
	for _, name := range options[f.Kind] {
		known = known || name == key
	}
	if !known {
		return fmt.Errorf("%s takes no option %q: want %s", f.Kind, key,
			strings.Join(append([]string{"create", "update", "delete", "step"}, options[f.Kind]...), ", "))
	}
	var err error
	switch key {
	case "every":
		f.Every, err = positive(key, value)
	case "times":
		f.Times, err = positive(key, value)
	case "code":
		f.Code = value
	case "when":
		if value != "before" && value != "after" {
			err = fmt.Errorf("when is %q: want before or after", value)
		}
		f.Before = value == "before"
	}
	return err
}

func positive(key, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is %q: want a number from 1", key, value)
	}
	return n, nil
}

// complete fills in defaults and refuses what does not go together.
func (f *Fault) complete() error {
	switch {
	case f.Kind != Throttle && f.On == "":
		return fmt.Errorf("it does not say which call: add %s, say", map[Kind]string{Fail: "create=1", Lost: "create=1", Kill: "step=1"}[f.Kind])
	case f.Kind == Throttle && f.On != "" && f.Every > 0:
		return fmt.Errorf("both every=%d and %s=%s: want one", f.Every, f.On, f.At)
	case f.Kind == Throttle && f.On == "" && f.Times > 0:
		return fmt.Errorf("times=%d without a call: add create=1, say", f.Times)
	case f.Kind == Throttle && f.On == "":
		f.Every = cmp.Or(f.Every, 2)
	case f.Kind == Throttle:
		f.Times = cmp.Or(f.Times, MaxAttempts)
	}
	return nil
}
