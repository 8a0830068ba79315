package cloud_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestFieldValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field     cloud.Field
		good, bad []any
	}{
		"one of":     {cloud.String.OneOf("a", "b"), list{"a", "b"}, list{"", "A", "c"}},
		"between":    {cloud.Number.Between(7, 30), list{7.0, 30.0}, list{6.0, 31.0}},
		"at least":   {cloud.Number.AtLeast(1), list{1.0, 1e9}, list{0.0}},
		"positive":   {cloud.Number.Positive(), list{0.1}, list{0.0, -1.0}},
		"ARN":        {cloud.String.Like(cloud.ARNText), list{"", "arn:aws:s3:::bucket"}, list{"bucket", "arn:aws:s3"}},
		"boolean":    {cloud.String.Like(cloud.BoolText), list{"", "true", "false"}, list{"yes"}},
		"time":       {cloud.String.Like(cloud.TimeText), list{"2030-01-02T03:04:05Z"}, list{"2030-01-02"}},
		"address 4":  {cloud.String.Like(cloud.IPv4Text), list{"10.0.0.1"}, list{"10.0.0", "::1"}},
		"address 6":  {cloud.String.Like(cloud.IPv6Text), list{"::1"}, list{"10.0.0.1"}},
		"network 4":  {cloud.String.Like(cloud.IPv4Network), list{"10.0.0.0/8"}, list{"10.0.0.1/8", "10.0.0.0", "::/0"}},
		"network 6":  {cloud.String.Like(cloud.IPv6Network), list{"::/0"}, list{"::1/64", "10.0.0.0/8"}},
		"beginnings": {cloud.String.Like(cloud.Begins("lt-1", "lt-")), list{"lt-0"}, list{"l"}},
	} {
		fields := cloud.Fields{"p": cloud.ListOf(c.field)}
		if problems := fields.Check(cloud.Props{"p": append(c.good, cloud.Unknown)}); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
		for _, bad := range c.bad {
			if problems := fields.Check(cloud.Props{"p": list{bad}}); len(problems) != 1 || problems[0].Property != "p[0]" {
				t.Errorf("%s: %v has the problems %v, want one", name, bad, problems)
			}
		}
		if text := c.field.Describe().Text; text != nil && !text.Good(text.Example) {
			t.Errorf("%s: the example %q is none", name, text.Example)
		}
	}
}
