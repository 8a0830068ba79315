package conformance

import "github.com/slipway-iac/slipway/sandbox/cloud"

// topics are a topic with its policy and an alarm that tells it.
func (e *exampleMaker) topics() made {
	topic := e.make(cloud.Topic, "topic", cloud.Props{"name": "example-topic"})
	e.make(cloud.TopicPolicy, "topic", cloud.Props{"arn": topic.state["arn"], "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"Service":["cloudwatch.amazonaws.com","events.rds.amazonaws.com"]},"Action":["sns:Publish"],"Resource":["` + topic.id + `"]}]}`})
	e.make(cloud.MetricAlarm, "alarm", cloud.Props{
		"name": "example-alarm", "namespace": "AWS/RDS", "metricName": "CPUUtilization", "statistic": "Average", "comparisonOperator": "GreaterThanThreshold",
		"threshold": 80.0, "period": 300.0, "evaluationPeriods": 3.0, "alarmActions": []any{topic.state["arn"]},
	})
	for protocol, endpoint := range map[string]string{
		"email": "on-call@example.com", "https": "https://example.com/hook", "sqs": "arn:aws:sqs:" + e.session.Region + ":" + e.stack.account.ID() + ":example-alarms",
	} {
		e.make(cloud.TopicSubscription, protocol, cloud.Props{"topic": topic.id, "protocol": protocol, "endpoint": endpoint})
	}
	return topic
}

// backups are a locked vault, and a plan that fills it.
func (e *exampleMaker) backups() {
	vault := e.make(cloud.BackupVault, "vault", cloud.Props{"name": "example-vault", "kmsKeyArn": e.one(cloud.KMSKey).state["arn"]})
	e.make(cloud.BackupVaultLock, "vault", cloud.Props{"backupVaultName": vault.id, "minRetentionDays": 7.0, "maxRetentionDays": 400.0, "changeableForDays": 3.0})
	e.make(cloud.BackupVaultPolicy, "vault", cloud.Props{"backupVaultName": vault.id, "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny",` +
		`"Principal":"*","Action":["backup:DeleteRecoveryPoint"],"Resource":["*"]}]}`})
	plan := e.make(cloud.BackupPlan, "plan", cloud.Props{"name": "example-plan", "rules": []any{map[string]any{
		"ruleName": "daily", "targetVaultName": vault.id, "schedule": "cron(0 3 * * ? *)", "lifecycle": map[string]any{"deleteAfter": 35.0},
	}}})
	role := e.make(cloud.IAMRole, "backup", cloud.Props{"name": "example-backup", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"Service":"backup.amazonaws.com"},"Action":"sts:AssumeRole"}]}`})
	e.make(cloud.BackupSelection, "selection", cloud.Props{
		"name": "example", "planId": plan.id, "iamRoleArn": role.state["arn"],
		"selectionTags": []any{map[string]any{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}},
	})
}
