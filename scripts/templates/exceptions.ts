/**
 * What linters may go on saying, and why. A finding that isn't here fails the check, and so does an exception nobody needs any more:
 * a list of reasons must not become a list of habits.
 */
export interface Exception {
  readonly rule: string
  /** Which resources: `Stack:Resource` for checkov, files for Guard; empty: all. */
  readonly where: readonly string[]
  readonly because: string
}

/** Control Tower's rules. `where` names shapes in which they may fail. */
export const guardExceptions: readonly Exception[] = [
  {
    rule: 'autoscaling_multiple_az_check',
    where: [],
    because:
      "the rule wants AvailabilityZones; the API's group names subnets of two zones, and Prometheus' group has its volume's one",
  },
  {rule: 'ecs_awsvpc_networking_enabled_check', where: [], because: "the node exporter reports its host's network, so it has it"},
  {
    rule: 'ecs_container_insights_enabled_check',
    where: [],
    because: 'Container Insights are `enhanced`, which is newer than the rule',
  },
  {
    rule: 'iam_inline_policy_no_statements_with_full_access_check',
    where: [],
    because: "CloudFormation's roles have whole services, with the reason in their metadata",
  },
  {
    rule: 'lambda_inside_vpc_check',
    where: [],
    because: "the self-fencing function must work when the network doesn't, and reads the other Region",
  },
  {
    rule: 's3_bucket_default_encryption_kms_check',
    where: [],
    because:
      "state, switch and logs are SSE-S3: health checkers, load balancers and CloudFront's log delivery can't use a key of ours",
  },
  {rule: 's3_bucket_logging_enabled_check', where: [], because: 'the bucket of access logs itself'},
  {rule: 's3_bucket_object_lock_enabled_check', where: [], because: 'a site is replaced and a lease renewed; versions are kept'},
  {rule: 'sqs_dlq_check', where: [], because: 'it is the dead-letter queue'},
  {
    rule: 'autoscaling_group_nitro_encryption_in_transit_override_check',
    where: ['staging'],
    because: 't4g has no encryption between instances',
  },
  {
    rule: 'cloudwatch_log_group_retention_period_check',
    where: ['staging'],
    because: 'a week of logs is enough there; the rule wants a year',
  },
  {rule: 'elbv2_deletion_protection_enabled_check', where: ['staging'], because: 'staging is easily thrown away'},
  {
    rule: 'rds_instance_deletion_protection_enabled_check',
    where: ['staging', 'drill'],
    because: 'staging is easily thrown away, and a drill always is',
  },
  {rule: 'rds_instance_multi_az_support_check', where: ['staging', 'drill'], because: 'one zone is enough there'},
  {rule: 'rds_instance_backup_enabled_check', where: ['drill'], because: 'it is made from a backup and deleted the same hour'},
  {
    rule: 'rds_instance_enhanced_monitoring_enabled_check',
    where: ['drill'],
    because: 'it lives for an hour, and needs a role that no drill may make',
  },
  {
    rule: 'rds_instance_storage_encrypted_check',
    where: ['drill'],
    because: 'a restored database is encrypted as its snapshot is; StorageEncrypted may not be given with one',
  },
  {rule: 'rds_storage_encrypted_kms_key_check', where: ['drill'], because: 'as rds_instance_storage_encrypted_check'},
  {
    rule: 'ec2_launch_template_public_ip_disabled_check',
    where: ['drill'],
    because:
      'a pilot light has no NAT in peace: hosts of its drill go out by an address of their own, and nothing may come in by it',
  },
]

export const checkovExceptions: readonly Exception[] = [
  {
    rule: 'CKV_AWS_107',
    where: ['foundation:ExecutionRole'],
    because: "CloudFormation makes every resource of the stack with this role; people don't have it",
  },
  {rule: 'CKV_AWS_108', where: ['foundation:ExecutionRole'], because: 'as CKV_AWS_107'},
  {rule: 'CKV_AWS_109', where: ['foundation:ExecutionRole', 'foundation:RecoveryExecutionRole'], because: 'as CKV_AWS_107'},
  {rule: 'CKV_AWS_111', where: ['foundation:ExecutionRole', 'foundation:RecoveryExecutionRole'], because: 'as CKV_AWS_107'},
  {
    rule: 'CKV_AWS_116',
    where: ['foundation:FenceFunction', 'foundation:WatchFunction', 'foundation:CapacityFunction'],
    because: 'they run every minute and every hour: a lost event is followed by another one',
  },
  {
    rule: 'CKV_AWS_117',
    where: ['foundation:FenceFunction', 'foundation:WatchFunction', 'foundation:CapacityFunction'],
    because: "they must work when the network doesn't, and reach the other Region",
  },
  {
    rule: 'CKV_AWS_173',
    where: ['foundation:FenceFunction', 'foundation:WatchFunction', 'foundation:CapacityFunction'],
    because: 'their variables are names of this stack, no secrets',
  },
  {
    rule: 'CKV_AWS_157',
    where: ['replica:Replica'],
    because: 'a replica has one zone until it is promoted; Multi-AZ comes after the cut-over',
  },
  {
    rule: 'CKV_AWS_16',
    where: ['replica:Replica'],
    because: 'a replica is encrypted by its KmsKeyId; StorageEncrypted may not be given with a source',
  },
  {rule: 'CKV_AWS_18', where: ['foundation:LogBucket'], because: 'the bucket of access logs itself'},
  {rule: 'CKV_AWS_260', where: ['main-SecurityGroups:HttpFromAnywhere'], because: 'port 80 does nothing but redirect to 443'},
  {
    rule: 'CKV_AWS_27',
    where: ['foundation:SwitchDeadLetters'],
    because: "encrypted by SQS' own keys (SqsManagedSseEnabled), which the check doesn't know",
  },
  {
    rule: 'CKV_AWS_68',
    where: ['main-Edge:Distribution'],
    because: "a web ACL is given by parameter (SiteWebAclArn): rules are a team's own",
  },
]

/** cfn-lint is asked for information too; these were read and stay. */
export const cfnLintExceptions: readonly Exception[] = [
  {
    rule: 'I3011',
    where: [],
    because:
      'no DeletionPolicy on nested stacks: what holds data in them has its own, and a nested stack retained for its own sake would be left behind by every removal',
  },
]
