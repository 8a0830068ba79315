package enginetest_test

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/events"
	"github.com/slipway-iac/slipway/sandbox/enginetest"
)

const (
	sendFromEvents = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}]}`
	logQueries     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"route53.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`
	signZones      = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"},
		{"Effect":"Allow","Principal":{"Service":"dnssec-route53.amazonaws.com"},"Action":["kms:DescribeKey","kms:GetPublicKey","kms:Sign"],"Resource":"*"}]}`
)

// What stands between the internet and a cluster: queues with their rules, and a
// signed and logged zone below another, with a certificate.
func TestServicesComeUpAndGo(t *testing.T) {
	t.Parallel()
	east := enginetest.Options{Config: map[string]string{"aws:region": "us-east-1"}}
	env := enginetest.Start(t, east, func(ctx *pulumi.Context) error {
		if err := interruptions(ctx); err != nil {
			return err
		}
		zone, delegation, err := zones(ctx)
		if err != nil {
			return err
		}
		if err := signedAndLogged(ctx, zone); err != nil {
			return err
		}
		return certificate(ctx, zone, delegation)
	})
	env.Up()
	if err := env.Account.Change(cloud.Session{Region: "us-east-1"}, "ask", func(tx *cloud.Tx) error {
		if lost := events.Undelivered(tx); len(lost) > 0 {
			t.Errorf("events are lost: %q", lost)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if c := env.Resource(cloud.Certificate, "app"); c.Props.Str("status") != "ISSUED" {
		t.Errorf("the certificate is %s", c.Props.Str("status"))
	}
	for verb, changes := range map[string]*map[string]int{
		"up": env.Up().Summary.ResourceChanges, "refresh": env.Refresh().Summary.ResourceChanges,
	} {
		if changes == nil || len(*changes) != 1 || (*changes)["same"] == 0 {
			t.Errorf("another %s changes something: %v\n%s", verb, changes, env.Log())
		}
	}
	env.Destroy()
	for _, r := range env.Resources("") {
		if r.Scheduled == "" {
			t.Errorf("%s %s is left", r.Kind, r.ID)
		}
	}
}

func interruptions(ctx *pulumi.Context) error {
	queue, err := sqs.NewQueue(ctx, "interruptions", &sqs.QueueArgs{MessageRetentionSeconds: pulumi.Int(300)})
	if err != nil {
		return err
	}
	if _, err := sqs.NewQueuePolicy(ctx, "interruptions", &sqs.QueuePolicyArgs{QueueUrl: queue.Url, Policy: pulumi.String(sendFromEvents)}); err != nil {
		return err
	}
	rule, err := cloudwatch.NewEventRule(ctx, "spot", &cloudwatch.EventRuleArgs{
		EventPattern: pulumi.String(`{"source":["aws.ec2"],"detail-type":["EC2 Spot Instance Interruption Warning"]}`),
	})
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, "spot", &cloudwatch.EventTargetArgs{Rule: rule.Name, Arn: queue.Arn})
	return err
}

// zones are a zone and one below it, which is returned with its delegation.
func zones(ctx *pulumi.Context) (*route53.Zone, pulumi.Resource, error) {
	parent, err := route53.NewZone(ctx, "parent", &route53.ZoneArgs{Name: pulumi.String("example.com")})
	if err != nil {
		return nil, nil, err
	}
	zone, err := route53.NewZone(ctx, "zone", &route53.ZoneArgs{Name: pulumi.String("dev.example.com")})
	if err != nil {
		return nil, nil, err
	}
	delegation, err := route53.NewRecord(ctx, "delegation", &route53.RecordArgs{
		ZoneId: parent.ZoneId, Name: pulumi.String("dev"), Type: pulumi.String("NS"), Ttl: pulumi.Int(300), Records: zone.NameServers,
	})
	return zone, delegation, err
}

func signedAndLogged(ctx *pulumi.Context, zone *route53.Zone) error {
	group, err := cloudwatch.NewLogGroup(ctx, "queries", &cloudwatch.LogGroupArgs{Name: pulumi.String("/aws/route53/dev.example.com")})
	if err != nil {
		return err
	}
	policy, err := cloudwatch.NewLogResourcePolicy(ctx, "queries", &cloudwatch.LogResourcePolicyArgs{
		PolicyName: pulumi.String("queries"), PolicyDocument: pulumi.String(logQueries),
	})
	if err != nil {
		return err
	}
	if _, err := route53.NewQueryLog(ctx, "queries", &route53.QueryLogArgs{ZoneId: zone.ZoneId, CloudwatchLogGroupArn: group.Arn},
		pulumi.DependsOn([]pulumi.Resource{policy})); err != nil {
		return err
	}
	key, err := kms.NewKey(ctx, "signing", &kms.KeyArgs{
		CustomerMasterKeySpec: pulumi.String("ECC_NIST_P256"), KeyUsage: pulumi.String("SIGN_VERIFY"), Policy: pulumi.String(signZones),
		DeletionWindowInDays: pulumi.Int(7),
	})
	if err != nil {
		return err
	}
	signer, err := route53.NewKeySigningKey(ctx, "signing", &route53.KeySigningKeyArgs{
		HostedZoneId: zone.ZoneId, Name: pulumi.String("signing"), KeyManagementServiceArn: key.Arn,
	})
	if err != nil {
		return err
	}
	// Without the dependency the key would go while the zone is signed with it.
	_, err = route53.NewHostedZoneDnsSec(ctx, "signing", &route53.HostedZoneDnsSecArgs{HostedZoneId: signer.HostedZoneId},
		pulumi.DependsOn([]pulumi.Resource{signer}))
	return err
}

func certificate(ctx *pulumi.Context, zone *route53.Zone, delegation pulumi.Resource) error {
	cert, err := acm.NewCertificate(ctx, "app", &acm.CertificateArgs{
		DomainName: pulumi.String("app.dev.example.com"), ValidationMethod: pulumi.String("DNS"),
	})
	if err != nil {
		return err
	}
	proof := cert.DomainValidationOptions.Index(pulumi.Int(0))
	record, err := route53.NewRecord(ctx, "proof", &route53.RecordArgs{
		ZoneId: zone.ZoneId, Name: proof.ResourceRecordName().Elem(), Type: proof.ResourceRecordType().Elem(), Ttl: pulumi.Int(60),
		Records: pulumi.StringArray{proof.ResourceRecordValue().Elem()},
	})
	if err != nil {
		return err
	}
	// Nobody finds the record before the zone is delegated.
	_, err = acm.NewCertificateValidation(ctx, "app", &acm.CertificateValidationArgs{
		CertificateArn: cert.Arn, ValidationRecordFqdns: pulumi.StringArray{record.Fqdn},
	}, pulumi.DependsOn([]pulumi.Resource{delegation}))
	return err
}
