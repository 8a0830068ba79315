package conformance

import "github.com/slipway-iac/slipway/sandbox/cloud"

// services adds queues, what feeds them, and certificates.
func (e *exampleMaker) services(zone made) {
	queue := e.make(cloud.Queue, "queue", cloud.Props{"name": "example-queue", "messageRetentionSeconds": 300.0})
	e.make(cloud.QueuePolicy, "queue-policy", cloud.Props{"queueUrl": queue.id, "policy": `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}]}`})
	rule := e.make(cloud.EventRule, "event-rule", cloud.Props{"name": "example-rule", "eventPattern": `{"source":["aws.ec2"]}`})
	e.make(cloud.EventTarget, "event-target", cloud.Props{"rule": rule.id, "targetId": "example-target", "arn": queue.state["arn"]})

	certificate := e.make(cloud.Certificate, "certificate", cloud.Props{"domainName": "www.example.org", "validationMethod": "DNS"})
	proof := certificate.state.Objs("domainValidationOptions")[0]
	e.make(cloud.Route53Record, "proof", cloud.Props{
		"zoneId": zone.id, "name": proof["resourceRecordName"], "type": proof["resourceRecordType"], "ttl": 60.0,
		"records": []any{proof["resourceRecordValue"]},
	})
	e.make(cloud.CertificateValidation, "validation", cloud.Props{"certificateArn": certificate.state["arn"]})

	// Route 53 wants these two in us-east-1, from wherever it is called.
	here := e.session
	e.session.Region = "us-east-1"
	group := e.make(cloud.LogGroup, "query-log-group", cloud.Props{"name": "/aws/route53/example.org"})
	e.make(cloud.LogResourcePolicy, "query-log-policy", cloud.Props{"policyName": "example-logs", "policyDocument": `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"Service":"route53.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`})
	key := e.make(cloud.KMSKey, "signing-key", cloud.Props{"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY", "policy": `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + e.stack.account.ID() + `:root"},"Action":"kms:*","Resource":"*"},
		{"Effect":"Allow","Principal":{"Service":"dnssec-route53.amazonaws.com"},"Action":["kms:DescribeKey","kms:GetPublicKey","kms:Sign"],"Resource":"*"}]}`})
	e.session = here
	e.make(cloud.Route53QueryLog, "query-log", cloud.Props{"zoneId": zone.id, "cloudwatchLogGroupArn": group.state["arn"]})
	e.make(cloud.Route53KeySigningKey, "key-signing-key", cloud.Props{"hostedZoneId": zone.id, "name": "example", "keyManagementServiceArn": key.state["arn"]})
	e.make(cloud.Route53HostedZoneDNSSEC, "dnssec", cloud.Props{"hostedZoneId": zone.id})
}
