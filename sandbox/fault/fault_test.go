package fault_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/sandbox/fault"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]fault.Fault{
		"throttle":                       {Kind: fault.Throttle, Every: 2},
		"throttle:every=1":               {Kind: fault.Throttle, Every: 1},
		"throttle:create=3":              {Kind: fault.Throttle, On: fault.Create, At: "3", Times: 25},
		"throttle:delete=3,times=4":      {Kind: fault.Throttle, On: fault.Delete, At: "3", Times: 4},
		"fail:create=7":                  {Kind: fault.Fail, On: fault.Create, At: "7"},
		"fail:code=Busy,update=network":  {Kind: fault.Fail, On: fault.Update, At: "network", Code: "Busy"},
		"lost:create=aws:ec2/vpc:Vpc::v": {Kind: fault.Lost, On: fault.Create, At: "aws:ec2/vpc:Vpc::v"},
		"kill:step=12":                   {Kind: fault.Kill, On: fault.Step, At: "12"},
		"kill:step=12,when=before":       {Kind: fault.Kill, On: fault.Step, At: "12", Before: true},
	} {
		got, err := fault.Parse(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            `"" is no kind of fault: want throttle, fail, lost or kill`,
		"explode:create=1":            `"explode" is no kind of fault`,
		"fail":                        "does not say which call: add create=1, say",
		"kill":                        "add step=1, say",
		"fail:create":                 `"create" is no option: want key=value`,
		"fail:create=":                `"create=" is no option`,
		"fail:create=0":               "create is 0: want a number from 1, or a logical name",
		"fail:create=1,delete=2":      "both create=1 and delete=2: want one",
		"fail:create=1,when=before":   `fail takes no option "when": want create, update, delete, step, code`,
		"kill:step=1,when=now":        `when is "now": want before or after`,
		"throttle:every=x":            `every is "x": want a number from 1`,
		"throttle:every=2,create=1":   "both every=2 and create=1: want one",
		"throttle:times=3":            "times=3 without a call",
		"throttle:create=1,times=-1":  `times is "-1": want a number from 1`,
		"throttle:create=1,colour=no": `takes no option "colour"`,
	} {
		_, err := fault.Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), strconv.Quote(text)) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// What a fault prints is read as the same fault.
func TestStringIsParsed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(1, 1000)
		verb := rapid.SampledFrom([]string{"create", "update", "delete", "step"})
		at := rapid.OneOf(rapid.Map(number, strconv.Itoa), rapid.SampledFrom([]string{"vpc", "aws:ec2/vpc:Vpc::vpc"}))
		text := rapid.OneOf(
			rapid.Custom(func(t *rapid.T) string { return "throttle:every=" + strconv.Itoa(number.Draw(t, "every")) }),
			rapid.Custom(func(t *rapid.T) string {
				kind := rapid.SampledFrom([]string{"throttle", "fail", "lost", "kill"}).Draw(t, "kind")
				text := kind + ":" + verb.Draw(t, "verb") + "=" + at.Draw(t, "at")
				more := map[string][]string{"throttle": {"", ",times=7"}, "fail": {"", ",code=Busy"}, "lost": {""}, "kill": {"", ",when=before"}}
				return text + rapid.SampledFrom(more[kind]).Draw(t, "more")
			}),
		).Draw(t, "text")
		first, err := fault.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		again, err := fault.Parse(first.String())
		if diff := cmp.Diff(first, again); err != nil || diff != "" {
			t.Errorf("%s became %s: %v\n%s", text, first, err, diff)
		}
	})
}
