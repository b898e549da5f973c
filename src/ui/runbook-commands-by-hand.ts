/**
 * The commands that more than one recovery needs when it is done by hand: fence, grow, promote, flip, and how to see that each is
 * done. Words in capitals are what only that moment knows. Pure.
 */
import type {RecoverySettings} from '../config/recovery-config.ts'
import {capacityKey, regionalName, standingKey, switchBucket} from '../runbooks/recovery/place.ts'
import type {Place} from '../runbooks/recovery/place.ts'

export interface Hand {
  /** Instead of the plan's, where that one names numbers that are only known when it is run. */
  readonly title?: string
  readonly words: readonly string[]
  readonly commands: readonly string[]
}

/** By the step's id. */
export type Table = Readonly<Record<string, Hand>>

/** What the commands of every step count on; typed once. */
export function preparation(place: Place): readonly string[] {
  const state = `s3://sluice-state-${place.account}-${place.recovery}`
  return [
    `out() { aws cloudformation describe-stacks --region "$1" --stack-name ${place.stacks.main} `
      + `--query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text; }`,
    'rule() { aws elbv2 describe-rules --region "$1" --listener-arn "$(out "$1" ListenerArn)" '
      + `--query "Rules[?Priority=='40000'].RuleArn" --output text; }`,
    `parameter() { aws ssm get-parameter --region "$1" --name "/${place.service}/${place.environment}/sluice/$2" `
      + '--query Parameter.Value --output text; }',
    '# sizes of production as they were an hour ago at most, and where users are by right:',
    `aws s3 cp ${state}/${capacityKey(place)} -`,
    `aws s3 cp ${state}/${standingKey(place)} -`,
  ]
}

export const look = (place: Place, region: string): string =>
  `aws rds describe-db-instances --region ${region} --db-instance-identifier ${place.database} `
  + "--query 'DBInstances[0].[DBInstanceStatus,ReadReplicaSourceDBInstanceIdentifier,"
  + "StatusInfos,PendingModifiedValues,BackupRetentionPeriod]'"

export function fenceCommands({slots, database}: Place, region: string): readonly string[] {
  return [
    `aws elbv2 modify-rule --region ${region} --rule-arn "$(rule ${region})" `
      + "--actions 'Type=fixed-response,FixedResponseConfig={StatusCode=503}'",
    ...Object.values(slots).map(
      (service) =>
        `aws ecs update-service --region ${region} --cluster "$(out ${region} ClusterName)" --service ${service} `
        + '--desired-count 0',
    ),
    `aws ec2 describe-security-groups --region ${region} --group-ids "$(parameter ${region} database-group)" `
      + `--query 'SecurityGroups[0].IpPermissions' > ingress-${region}.json   # keep it: it is given back later`,
    `aws ec2 revoke-security-group-ingress --region ${region} --group-id "$(parameter ${region} database-group)" `
      + `--ip-permissions file://ingress-${region}.json`,
    '# whoever was connected still is: once the tasks have stopped, a restart ends every session',
    `aws rds reboot-db-instance --region ${region} --db-instance-identifier ${database}`,
    `aws rds describe-events --region ${region} --source-type db-instance --source-identifier ${database} `
      + "--duration 15 --query 'Events[].Message'   # done: DB instance restarted",
  ]
}

export const growCommands = (region: string): readonly string[] => [
  `aws autoscaling update-auto-scaling-group --region ${region} --auto-scaling-group-name "$(out ${region} HostsName)" `
    + '--min-size HOSTS --desired-capacity HOSTS --max-size MOST',
  `aws ecs describe-clusters --region ${region} --clusters "$(out ${region} ClusterName)" `
    + "--query 'clusters[0].registeredContainerInstancesCount'   # until it is HOSTS",
]

export const taskCommands = ({slots}: Place, region: string): readonly string[] => [
  `aws ecs update-service --region ${region} --cluster "$(out ${region} ClusterName)" --service ${slots.a} `
    + `--desired-count TASKS   # the slot with the weight: ${slots.a} or ${slots.b}`,
  `aws elbv2 describe-target-health --region ${region} --target-group-arn "$(out ${region} TargetGroupA)" `
    + "--query 'TargetHealthDescriptions[].TargetHealth.State'",
]

export const promoteCommands = (place: Place, region: string): readonly string[] => [
  `aws rds promote-read-replica --region ${region} --db-instance-identifier ${place.database} `
    + '--backup-retention-period DAYS --preferred-backup-window WINDOW',
  `${look(place, region)}   # done: available, no source, no StatusInfos, nothing pending; `
    + 'for the first minute it still says available',
]

export const rollCommands = (place: Place, region: string, {probes}: RecoverySettings): readonly string[] => [
  `aws ecs update-service --region ${region} --cluster "$(out ${region} ClusterName)" --service ${place.slots.a} `
    + '--force-new-deployment',
  `curl -si -X POST https://${regionalName(place, region)}${probes.write}   # 200 with {"committed":true,…}`,
]

export const servingCommands = ({api}: Place, {probes}: RecoverySettings): readonly string[] => [
  `for server in $(dig +short NS ${api.split('.').slice(1).join('.')}) 1.1.1.1 8.8.8.8 9.9.9.9; `
    + `do dig +short @$server ${api}; done`,
  `curl -si https://${api}${probes.read} | grep -i ${probes.regionHeader}   # three times in a row the new Region`,
]

export function flipHand(place: Place, settings: RecoverySettings): Hand {
  if (settings.flip === 'stop') {
    return {
      words: [
        "One object moves every user: Route 53's inverted health check fails over when it is there. Removing it moves them back.",
      ],
      commands: [
        `echo "failover by hand" > stop.txt && aws s3api put-object --region ${place.recovery} `
          + `--bucket ${switchBucket(place, place.recovery)} --key stop --body stop.txt`,
        `aws s3api head-object --region ${place.recovery} --bucket ${switchBucket(place, place.recovery)} --key stop`,
      ],
    }
  }
  return {
    words: [
      "Route 53 and CloudFront are changed; both live in us-east-1. When that Region doesn't answer, "
        + 'put the object stop instead.',
    ],
    commands: [
      `aws route53 list-resource-record-sets --hosted-zone-id ${place.hostedZone === '' ? 'ZONE' : place.hostedZone} `
        + `--query "ResourceRecordSets[?Name=='${place.api}.']"`,
      `aws route53 change-resource-record-sets --hosted-zone-id ${place.hostedZone === '' ? 'ZONE' : place.hostedZone} `
        + `--change-batch file://to-${place.recovery}.json`,
      'aws route53 get-change --id CHANGE --query ChangeInfo.Status   # until INSYNC',
    ],
  }
}
