package fault_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/fault"
)

func parse(t *testing.T, texts ...string) []fault.Fault {
	t.Helper()
	var faults []fault.Fault
	for _, text := range texts {
		f, err := fault.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		faults = append(faults, f)
	}
	return faults
}

func urn(name string) string { return "urn:pulumi:dev::p::a:b:C$aws:ec2/vpc:Vpc::" + name }

// calls are what an update might do: creates of a to d, an update of a, a
// question, a deletion, and an object in a cluster.
func calls() []fault.Call {
	return []fault.Call{
		{Verb: fault.Create, URN: urn("a"), AWS: true}, {Verb: fault.Create, URN: urn("b"), AWS: true},
		{Verb: fault.Ask, URN: urn("b"), AWS: true}, {Verb: fault.Update, URN: urn("a"), AWS: true},
		{Verb: fault.Create, URN: "urn:pulumi:dev::p::kubernetes:core/v1:Namespace::c"},
		{Verb: fault.Create, URN: urn("ad"), AWS: true}, {Verb: fault.Delete, URN: urn("b"), AWS: true},
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		faults []string
		want   []string // "number of the call: kind", with ! where a throttle surfaces
	}{
		"none":                             {nil, nil},
		"the second create":                {[]string{"fail:create=2"}, []string{"1: fail"}},
		"the third create is an object":    {[]string{"lost:create=3"}, []string{"4: lost"}},
		"the third step":                   {[]string{"kill:step=3"}, []string{"3: kill"}},
		"the first update":                 {[]string{"fail:update=1"}, []string{"3: fail"}},
		"the first deletion":               {[]string{"lost:delete=1"}, []string{"6: lost"}},
		"a name is whole":                  {[]string{"fail:create=d"}, nil},
		"a name":                           {[]string{"fail:create=ad"}, []string{"5: fail"}},
		"a type and a name":                {[]string{"fail:create=aws:ec2/vpc:Vpc::ad"}, []string{"5: fail"}},
		"a name of another type":           {[]string{"fail:create=aws:ec2/subnet:Subnet::ad"}, nil},
		"a name happens once":              {[]string{"fail:step=b"}, []string{"1: fail"}},
		"no such call":                     {[]string{"fail:create=99"}, nil},
		"two faults":                       {[]string{"fail:create=1", "fail:delete=1"}, []string{"0: fail", "6: fail"}},
		"the first of two wins":            {[]string{"lost:create=1", "fail:step=1"}, []string{"0: lost"}},
		"a throttled create that recovers": {[]string{"throttle:create=1,times=3"}, []string{"0: throttle"}},
		"a throttled create that does not": {[]string{"throttle:create=1"}, []string{"0: throttle!"}},
		"a cluster throttles nothing":      {[]string{"throttle:create=c"}, nil},
		// Each throttled attempt is followed by one more, which counts too.
		"every third request": {[]string{"throttle:every=3"}, []string{"2: throttle", "5: throttle"}},
		"every request":       {[]string{"throttle:every=1"}, []string{"0: throttle!", "1: throttle!", "2: throttle!", "3: throttle!", "5: throttle!", "6: throttle!"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := fault.NewPlan(parse(t, tc.faults...)...)
			var got []string
			for i, c := range calls() {
				if d := plan.Decide(c); d.Fault != nil {
					got = append(got, fmt.Sprintf("%d: %s%s", i, d.Fault.Kind, map[bool]string{true: "!"}[d.Surfaces]))
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if len(plan.Injected()) != len(tc.want) || plan.Steps() != 6 {
				t.Errorf("%d faults happened among %d steps, want %d among 6", len(plan.Injected()), plan.Steps(), len(tc.want))
			}
		})
	}
}

func TestMissed(t *testing.T) {
	t.Parallel()
	plan := fault.NewPlan(parse(t, "fail:create=1", "fail:create=99")...)
	plan.Decide(calls()[0])
	if missed := plan.Missed(); len(missed) != 1 || missed[0].At != "99" {
		t.Errorf("missed %v, want the second", missed)
	}
	want := "fail:create=1: create of " + urn("a") + ", step 1"
	if got := plan.Injected()[0].String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
