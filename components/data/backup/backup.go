// Package backup makes a vault of AWS Backup and a plan that fills it with
// whatever has a tag: databases, volumes, buckets.
//
// It tags nothing: whoever makes the database or the bucket gives it
// [tags.Backup] with the plan's name. S3 backs up buckets that keep versions only.
// Nothing here restores: that is done by hand, with a role of its own, so that
// what makes backups cannot overwrite what is alive.
//
// A locked vault keeps every recovery point for its time, whoever asks. After
// three days of grace neither the account nor AWS can take the lock back.
//
// See https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
package backup

import (
	"fmt"

	awsbackup "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/backup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// the vault, so a rename needs an alias.
const typeToken = "slipway:backup:Backup"

// graceDays is how long a lock can be taken back: the least that AWS takes.
const graceDays = 3

// Backup is a vault and the plan that fills it.
type Backup struct {
	pulumi.ResourceState

	// VaultName is where a restore begins.
	VaultName pulumi.StringOutput `pulumi:"vaultName"`

	// VaultARN is the vault's, for the policies of who restores or copies.
	VaultARN pulumi.StringOutput `pulumi:"vaultArn"`
}

// New makes the vault, its lock, the plan and what the plan selects.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Backup, error) {
	args = args.withDefaults(name)
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("backup %q: %w", name, err)
	}
	c := &Backup{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	b := &builder{ctx: ctx, name: name, args: args, child: pulumi.Parent(c)}
	for _, step := range []func() error{b.makeVault, b.lock, b.makePlan, b.selectTagged} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("backup %q: %w", name, err)
		}
	}
	c.VaultName, c.VaultARN = b.vault.Name, b.vault.Arn
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"vaultName": c.VaultName, "vaultArn": c.VaultARN})
}

// builder makes the parts of one plan.
type builder struct {
	ctx   *pulumi.Context
	name  string
	args  Args
	child pulumi.ResourceOption
	vault *awsbackup.Vault
	plan  *awsbackup.Plan
	// locked is what the plan waits for.
	locked []pulumi.Resource
}

func (b *builder) tags() pulumi.StringMap { return pulumi.ToStringMap(tags.Named(b.name)) }

func (b *builder) kept() pulumi.ResourceOption { return pulumi.RetainOnDelete(b.args.Keep) }

func (b *builder) makeVault() (err error) {
	b.vault, err = awsbackup.NewVault(b.ctx, b.name, &awsbackup.VaultArgs{
		KmsKeyArn: b.args.KeyARN.ToStringOutput(), ForceDestroy: pulumi.Bool(b.args.ForceDestroy), Tags: b.tags(),
	}, b.child, b.kept())
	if err != nil {
		return fmt.Errorf("creating vault: %w", err)
	}
	return nil
}

// lock keeps recovery points as long as the plan says, in the mode that AWS calls
// compliance.
func (b *builder) lock() error {
	if !b.args.Lock {
		return nil
	}
	least, most := b.args.kept()
	lock, err := awsbackup.NewVaultLockConfiguration(b.ctx, b.name, &awsbackup.VaultLockConfigurationArgs{
		BackupVaultName: b.vault.Name, ChangeableForDays: pulumi.Int(graceDays),
		MinRetentionDays: pulumi.Int(least), MaxRetentionDays: pulumi.Int(most),
	}, b.child, b.kept())
	if err != nil {
		return fmt.Errorf("locking vault: %w", err)
	}
	b.locked = append(b.locked, lock)
	return nil
}

// makePlan says when backups are made and how long they are kept. They are not
// moved to cold storage, which takes no databases.
func (b *builder) makePlan() error {
	rules := awsbackup.PlanRuleArray{b.rule("daily", "* * ?", b.args.KeepDays)}
	if b.args.MonthlyKeepDays > 0 {
		rules = append(rules, b.rule("monthly", "1 * ?", b.args.MonthlyKeepDays))
	}
	plan, err := awsbackup.NewPlan(b.ctx, b.name, &awsbackup.PlanArgs{Rules: rules, Tags: b.tags()},
		// A job that the lock does not admit fails; with the lock first there is none.
		b.child, pulumi.DependsOn(b.locked))
	if err != nil {
		return fmt.Errorf("creating plan: %w", err)
	}
	b.plan = plan
	return nil
}

func (b *builder) rule(name, days string, keep int) awsbackup.PlanRuleArgs {
	return awsbackup.PlanRuleArgs{
		RuleName: pulumi.String(name), TargetVaultName: b.vault.Name,
		Schedule:          pulumi.String(fmt.Sprintf("cron(0 %d %s *)", b.args.Hour, days)),
		Lifecycle:         awsbackup.PlanRuleLifecycleArgs{DeleteAfter: pulumi.Int(keep)},
		RecoveryPointTags: b.tags(),
	}
}
