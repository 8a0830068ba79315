package conformance

import "github.com/slipway-iac/slipway/sandbox/cloud"

// services adds queues, what feeds them, and certificates.
func (e *exampleMaker) services(zone made) {
	queue := e.make(cloud.Queue, "queue", cloud.Props{"name": "example", "messageRetentionSeconds": 300.0})
	e.make(cloud.QueuePolicy, "queue-policy", cloud.Props{"queueUrl": queue.id, "policy": `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}]}`})
	rule := e.make(cloud.EventRule, "event-rule", cloud.Props{"name": "example", "eventPattern": `{"source":["aws.ec2"]}`})
	e.make(cloud.EventTarget, "event-target", cloud.Props{"rule": rule.id, "targetId": "example", "arn": queue.state["arn"]})

	certificate := e.make(cloud.Certificate, "certificate", cloud.Props{"domainName": "www.example.org", "validationMethod": "DNS"})
	proof := cloud.Props(certificate.state).Objs("domainValidationOptions")[0]
	e.make(cloud.Route53Record, "proof", cloud.Props{
		"zoneId": zone.id, "name": proof["resourceRecordName"], "type": proof["resourceRecordType"], "ttl": 60.0,
		"records": []any{proof["resourceRecordValue"]},
	})
	e.make(cloud.CertificateValidation, "validation", cloud.Props{"certificateArn": certificate.state["arn"]})
}
