package statement

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"pgregory.net/rapid"
)

func parse(t *testing.T, doc string) []Statement {
	t.Helper()
	s, err := Parse(property.New(doc))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statement string
		want      bool
	}{
		"star":                {`"Effect":"Allow","Principal":"*"`, true},
		"AWS star":            {`"Effect":"Allow","Principal":{"AWS":"*"}`, true},
		"AWS list with star":  {`"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root","*"]}`, true},
		"not principal":       {`"Effect":"Allow","NotPrincipal":{"AWS":"123456789012"}`, true},
		"account":             {`"Effect":"Allow","Principal":{"AWS":"123456789012"}`, false},
		"service":             {`"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"}`, false},
		"deny":                {`"Effect":"Deny","Principal":"*"`, false},
		"organisation":        {`"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`, false},
		"through a service":   {`"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"kms:ViaService":"ec2.us-west-2.amazonaws.com"}}`, false},
		"any organisation":    {`"Effect":"Allow","Principal":"*","Condition":{"StringLike":{"aws:PrincipalOrgID":"*"}}`, true},
		"not an account":      {`"Effect":"Allow","Principal":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"1"}}`, true},
		"if the key is there": {`"Effect":"Allow","Principal":"*","Condition":{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}`, true},
		"only TLS":            {`"Effect":"Allow","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}`, true},
	} {
		s := parse(t, `{"Statement":[{`+c.statement+`}]}`)
		if got := s[0].Public(); got != c.want {
			t.Errorf("%s: Public is %v, want %v", name, got, c.want)
		}
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	object := property.New(map[string]property.Value{
		"statement": property.New(map[string]property.Value{
			"effect": property.New("Allow"), "action": property.New("s3:Get*"), "resource": property.New("*"),
		}),
	})
	for name, doc := range map[string]property.Value{
		"text, one statement": property.New(`{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}`),
		"text, lists":         property.New(`{"Statement":[{"Effect":"Allow","Action":["s3:Get*"],"Resource":["*"]}]}`),
		"object":              property.New(map[string]property.Value{"Statement": object.AsMap().Get("statement")}),
	} {
		s, err := Parse(doc)
		if err != nil || len(s) != 1 {
			t.Fatalf("%s: %v, %v", name, s, err)
		}
		if !s[0].Allows("s3:GetObject") || s[0].Allows("s3:PutObject") || !s[0].OnEverything() {
			t.Errorf("%s: %+v", name, s[0])
		}
	}
	for _, doc := range []string{"", "not JSON", "[]", `{"Statement":["x"]}`} {
		if _, err := Parse(property.New(doc)); err == nil {
			t.Errorf("%q was read", doc)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "iam:PassRole", true},
		{"iam:*", "iam:PassRole", true},
		{"IAM:pass*", "iam:PassRole", true},
		{"iam:Pass?ole", "iam:PassRole", true},
		{"iam:Pass", "iam:PassRole", false},
		{"s3:*", "iam:PassRole", false},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/a/c", true},
	} {
		if got := Match(c.pattern, c.text); got != c.want {
			t.Errorf("Match(%q, %q) is %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
}

// Whatever a document is, reading it does not panic.
func TestParseTakesAnything(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{`"Effect"`, `"Allow"`, `"Principal"`, `"Condition"`, `"Statement"`, `{`, `}`, `[`, `]`, `:`, `,`, `null`, `1`, `"*"`})
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for _, p := range rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces") {
			text += p
		}
		for _, doc := range []string{text, `{"Statement":` + text + `}`, `{"Statement":[{"Principal":` + text + `}]}`} {
			statements, _ := Parse(property.New(doc))
			for _, s := range statements {
				s.Public()
				s.Allows("a:b")
			}
		}
	})
}
