/**
 * The steps of the built-in recoveries as a person does them with the AWS CLI, dig and curl: what is printed in peace, for the day when
 * this tool can't run. A table; the names are the place's. It says what each step is for and how to see that it is done. Pure.
 */
import type {RecoveryName} from '../config/runbook.ts'
import type {RecoverySettings} from '../config/recovery-config.ts'
import {capacityKey, databaseArn, regionalName, siteBucket, standingKey, switchBucket} from '../runbooks/recovery/place.ts'
import type {Place} from '../runbooks/recovery/place.ts'

export interface Hand {
  /** Instead of the plan's, where that one names numbers that are only known when it is run. */
  readonly title?: string
  readonly words: readonly string[]
  readonly commands: readonly string[]
}

/** What the commands of every step count on; typed once. */
export function preparation(place: Place): readonly string[] {
  const state = `s3://sluice-state-${place.account}-${place.recovery}`
  return [
    `out() { aws cloudformation describe-stacks --region "$1" --stack-name ${place.stacks.main} --query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text; }`,
    'rule() { aws elbv2 describe-rules --region "$1" --listener-arn "$(out "$1" ListenerArn)" --query "Rules[?Priority==\'40000\'].RuleArn" --output text; }',
    `parameter() { aws ssm get-parameter --region "$1" --name "/${place.service}/${place.environment}/sluice/$2" --query Parameter.Value --output text; }`,
    '# sizes of production as they were an hour ago at most, and where users are by right:',
    `aws s3 cp ${state}/${capacityKey(place)} -`,
    `aws s3 cp ${state}/${standingKey(place)} -`,
  ]
}

export function byHand(recovery: RecoveryName, step: string, place: Place, settings: RecoverySettings): Hand {
  const table =
    recovery === 'dr promote'
      ? promoteByHand(place, settings)
      : recovery === 'dr drill'
        ? drillByHand(place, settings)
        : failbackByHand(place, settings)
  return table[step] ?? {words: [], commands: []}
}

type Table = Readonly<Record<string, Hand>>

const look = (place: Place, region: string): string =>
  `aws rds describe-db-instances --region ${region} --db-instance-identifier ${place.database} --query 'DBInstances[0].[DBInstanceStatus,ReadReplicaSourceDBInstanceIdentifier,StatusInfos,PendingModifiedValues,BackupRetentionPeriod]'`

function fenceCommands({slots}: Place, region: string): readonly string[] {
  return [
    `aws elbv2 modify-rule --region ${region} --rule-arn "$(rule ${region})" --actions 'Type=fixed-response,FixedResponseConfig={StatusCode=503}'`,
    ...Object.values(slots).map(
      (service) =>
        `aws ecs update-service --region ${region} --cluster "$(out ${region} ClusterName)" --service ${service} --desired-count 0`,
    ),
    `aws ec2 describe-security-groups --region ${region} --group-ids "$(parameter ${region} database-group)" --query 'SecurityGroups[0].IpPermissions' > ingress-${region}.json   # keep it: it is given back later`,
    `aws ec2 revoke-security-group-ingress --region ${region} --group-id "$(parameter ${region} database-group)" --ip-permissions file://ingress-${region}.json`,
  ]
}

const growCommands = (region: string): readonly string[] => [
  `aws autoscaling update-auto-scaling-group --region ${region} --auto-scaling-group-name "$(out ${region} HostsName)" --min-size HOSTS --desired-capacity HOSTS --max-size MOST`,
  `aws ecs describe-clusters --region ${region} --clusters "$(out ${region} ClusterName)" --query 'clusters[0].registeredContainerInstancesCount'   # until it is HOSTS`,
]

const taskCommands = ({slots}: Place, region: string): readonly string[] => [
  `aws ecs update-service --region ${region} --cluster "$(out ${region} ClusterName)" --service ${slots.a} --desired-count TASKS   # the slot with the weight: ${slots.a} or ${slots.b}`,
  `aws elbv2 describe-target-health --region ${region} --target-group-arn "$(out ${region} TargetGroupA)" --query 'TargetHealthDescriptions[].TargetHealth.State'`,
]

const promoteCommands = (place: Place, region: string): readonly string[] => [
  `aws rds promote-read-replica --region ${region} --db-instance-identifier ${place.database} --backup-retention-period DAYS --preferred-backup-window WINDOW`,
  `${look(place, region)}   # done: available, no source, no StatusInfos, nothing pending; for the first minute it still says available`,
]

const rollCommands = (place: Place, region: string, {probes}: RecoverySettings): readonly string[] => [
  `aws ecs update-service --region ${region} --cluster "$(out ${region} ClusterName)" --service ${place.slots.a} --force-new-deployment`,
  `curl -si -X POST https://${regionalName(place, region)}${probes.write}   # 200 with {"committed":true,…}`,
]

const servingCommands = ({api}: Place, {probes}: RecoverySettings): readonly string[] => [
  `for server in $(dig +short NS ${api.split('.').slice(1).join('.')}) 1.1.1.1 8.8.8.8 9.9.9.9; do dig +short @$server ${api}; done`,
  `curl -si https://${api}${probes.read} | grep -i ${probes.regionHeader}   # three times in a row the new Region`,
]

function flipHand(place: Place, settings: RecoverySettings): Hand {
  if (settings.flip === 'stop') {
    return {
      words: [
        "One object moves every user: Route 53's inverted health check fails over when it is there. Removing it moves them back.",
      ],
      commands: [
        `echo "failover by hand" > stop.txt && aws s3api put-object --region ${place.recovery} --bucket ${switchBucket(place, place.recovery)} --key stop --body stop.txt`,
        `aws s3api head-object --region ${place.recovery} --bucket ${switchBucket(place, place.recovery)} --key stop`,
      ],
    }
  }
  return {
    words: [
      "Route 53 and CloudFront are changed; both live in us-east-1. When that Region doesn't answer, put the object stop instead.",
    ],
    commands: [
      `aws route53 list-resource-record-sets --hosted-zone-id ${place.hostedZone === '' ? 'ZONE' : place.hostedZone} --query "ResourceRecordSets[?Name=='${place.api}.']"`,
      `aws route53 change-resource-record-sets --hosted-zone-id ${place.hostedZone === '' ? 'ZONE' : place.hostedZone} --change-batch file://to-${place.recovery}.json`,
      'aws route53 get-change --id CHANGE --query ChangeInfo.Status   # until INSYNC',
    ],
  }
}

function promoteByHand(place: Place, settings: RecoverySettings): Table {
  const {home, recovery} = place
  const {probes} = settings
  return {
    declare: {
      words: [
        'Is the home Region really gone, by three ways? Is the replica fit to be promoted (not backing-up, replicating until now)? What is lost: now minus the newest heartbeat row.',
      ],
      commands: [
        `curl -si --max-time 5 https://${regionalName(place, home)}${probes.read}`,
        look(place, home),
        look(place, recovery),
        `curl -s https://${regionalName(place, recovery)}${probes.heartbeat}`,
      ],
    },
    fence: {
      words: [
        `At most a minute. If ${home} doesn't answer, write down that it isn't fenced, and go on: its own function fences it when it returns.`,
      ],
      commands: fenceCommands(place, home),
    },
    hosts: {
      title: `${recovery} has as many hosts as production`,
      words: ["HOSTS and MOST are in the capacity snapshot. Don't wait for cluster auto scaling."],
      commands: growCommands(recovery),
    },
    surge: {
      words: [
        'Pilot light only: NAT gateways and cache nodes. Templates and parameters lie in the exported directory (sluice infra export DIR).',
        'Go on when Nat is CREATE_COMPLETE: nobody waits for the cache. Rollback stays off: it would take the way out away.',
      ],
      commands: [
        `aws cloudformation create-stack --region ${recovery} --stack-name ${place.stacks.surge} --template-body file://surge.yaml --parameters file://surge.json --disable-rollback`,
        `aws cloudformation describe-stack-resource --region ${recovery} --stack-name ${place.stacks.surge} --logical-resource-id Nat --query StackResourceDetail.ResourceStatus`,
      ],
    },
    cache: {
      words: [
        'Pilot light only, whenever it is there: users are served without it. If it failed, update the stack with what it has; never roll it back.',
      ],
      commands: [`aws cloudformation wait stack-create-complete --region ${recovery} --stack-name ${place.stacks.surge}`],
    },
    tasks: {
      title: `${recovery} has as many healthy tasks as production`,
      words: ['TASKS is in the capacity snapshot.'],
      commands: taskCommands(place, recovery),
    },
    drained: {
      words: ['Planned only: the last row written before the fence has arrived, and everything received is applied.'],
      commands: [
        `curl -s https://${regionalName(place, recovery)}${probes.heartbeat}   # drained: true, last.seq as it was at home`,
      ],
    },
    approve: {
      words: [
        'Say the loss aloud, have it accepted, write down by whom and when. After the next step there is no way back but a failback.',
      ],
      commands: [],
    },
    'promote-database': {
      words: ['Once, and never again. DAYS and WINDOW as the old primary had them: left out, it keeps one day.'],
      commands: promoteCommands(place, recovery),
    },
    secret: {
      words: ['The replicated secret becomes one of its own.'],
      commands: [
        `aws secretsmanager stop-replication-to-replica --region ${recovery} --secret-id ${place.service}/${place.environment}/database`,
      ],
    },
    roll: {
      words: ['Tasks that began on a replica begin anew; then one write has to commit.'],
      commands: rollCommands(place, recovery, settings),
    },
    warm: {
      title: 'the cache is warm',
      words: ["So that the first users don't all ask the database."],
      commands: probes.warm.map((path) => `curl -s -o /dev/null https://${regionalName(place, recovery)}${path}`),
    },
    flip: flipHand(place, settings),
    serving: {
      words: ['Until every server and every answer is of the new Region. The recovery time ends here.'],
      commands: servingCommands(place, settings),
    },
    backups: {
      words: ['Retention and window as before; then Multi-AZ and the old class: users are served meanwhile.'],
      commands: [
        look(place, recovery),
        `aws rds modify-db-instance --region ${recovery} --db-instance-identifier ${place.database} --multi-az --apply-immediately`,
      ],
    },
    report: {
      words: ['Times, loss, who accepted it, whether the old Region is fenced. Until it is settled nobody runs infra up.'],
      commands: [],
    },
  }
}

function drillByHand(place: Place, {probes}: RecoverySettings): Table {
  const {recovery, stacks} = place
  const host = `drill.${place.api}`
  const inventory = `aws resourcegroupstaggingapi get-resources --region ${recovery} --tag-filters Key=sluice:drill --query 'ResourceTagMappingList[].ResourceARN'`
  return {
    leftovers: {words: ['Nothing of an earlier drill may be there.'], commands: [inventory]},
    'recovery-point': {
      words: [
        "The newest one that lies in the recovery Region. Never take one of the replica: while it is backed up it can't be promoted.",
      ],
      commands: [
        `aws backup list-recovery-points-by-backup-vault --region ${recovery} --backup-vault-name ${place.vault} --query 'RecoveryPoints[].[CreationDate,RecoveryPointArn,Status]'`,
      ],
    },
    stack: {
      words: ['drill.yaml with its parameters, from the exported directory; everything tagged sluice:drill and sluice:expires.'],
      commands: [
        `aws cloudformation create-stack --region ${recovery} --stack-name ${stacks.drill} --template-body file://drill.yaml --parameters file://drill.json --tags Key=sluice:drill,Value=NAME`,
      ],
    },
    database: {
      words: ['What takes longest is the restore; write it down as a restore, a failover promotes instead.'],
      commands: [`aws cloudformation wait stack-create-complete --region ${recovery} --stack-name ${stacks.drill}`],
    },
    tasks: {
      words: ['Healthy, on the restored database.'],
      commands: [`aws cloudformation describe-stack-resources --region ${recovery} --stack-name ${stacks.drill}`],
    },
    reads: {
      words: ["No record leads to the drill's host name: ask the Region and say the name."],
      commands: [`curl -si -H 'Host: ${host}' https://${regionalName(place, recovery)}${probes.read}`],
    },
    writes: {
      words: ['One write has to commit.'],
      commands: [`curl -si -X POST -H 'Host: ${host}' https://${regionalName(place, recovery)}${probes.write}`],
    },
    untouched: {
      words: ["The replica still replicates, stop isn't there, users are answered by home."],
      commands: [
        look(place, recovery),
        `aws s3api head-object --region ${recovery} --bucket ${switchBucket(place, recovery)} --key stop   # has to fail with 404`,
        `curl -si https://${place.api}${probes.read} | grep -i ${probes.regionHeader}`,
      ],
    },
    remove: {
      words: [],
      commands: [
        `aws cloudformation delete-stack --region ${recovery} --stack-name ${stacks.drill}`,
        `aws cloudformation wait stack-delete-complete --region ${recovery} --stack-name ${stacks.drill}`,
      ],
    },
    residue: {words: ['The list is empty.'], commands: [inventory]},
    report: {words: ["How long each step took, and what didn't go as it should."], commands: []},
  }
}

function failbackByHand(place: Place, settings: RecoverySettings): Table {
  const {home, recovery, database} = place
  const {probes} = settings
  const aside = (region: string): readonly string[] => [
    `aws rds modify-db-instance --region ${region} --db-instance-identifier ${database} --new-db-instance-identifier ${database}-fenced-STAMP --apply-immediately   # only ever what is out of service`,
    `aws rds remove-tags-from-resource --region ${region} --resource-name ${databaseArn({...place, database: `${database}-fenced-STAMP`}, region)} --tag-keys BACKUP-TAG`,
  ]
  const replica = (region: string, source: string): readonly string[] => [
    `aws rds create-db-instance-read-replica --region ${region} --source-region ${source} --db-instance-identifier ${database} --source-db-instance-identifier ${databaseArn(place, source)} --db-parameter-group-name GROUP --vpc-security-group-ids SG --db-subnet-group-name SUBNETS --kms-key-id KEY --db-instance-class CLASS --multi-az`,
    `${look(place, region)}   # hours, by size; until it is available and replicating`,
  ]
  const put = (key: string): string =>
    `echo returning > ${key}.txt && aws s3api put-object --region ${recovery} --bucket ${switchBucket(place, recovery)} --key ${key} --body ${key}.txt`
  const gone = (key: string): string =>
    `aws s3api delete-object --region ${recovery} --bucket ${switchBucket(place, recovery)} --key ${key}`
  return {
    'ready-home': {
      words: [`${home} answers, its stacks are there, and it is fenced: rule 503, services 0, ingress closed.`],
      commands: [look(place, home), ...fenceCommands(place, home)],
    },
    orphans: {
      words: [
        'Rows that the old primary took after the last replicated moment exist nowhere else: read them out before anything is removed.',
      ],
      commands: [],
    },
    keep: {
      words: ['A snapshot of the old primary, before its name is given away.'],
      commands: [
        `aws rds create-db-snapshot --region ${home} --db-instance-identifier ${database} --db-snapshot-identifier ${database}-before-failback-STAMP`,
      ],
    },
    'set-aside': {words: ['Frees the name, so that the new replica has it from the start.'], commands: aside(home)},
    'reverse-replica': {
      words: ["Everything said outright: what is left out becomes the Region's default."],
      commands: replica(home, recovery),
    },
    returning: {
      words: ["Lets the home Region's self-fencing stand down: only a replica is there."],
      commands: [put('returning')],
    },
    secrets: {
      words: ['The value goes home by hand, and is replicated again from there.'],
      commands: [
        `aws secretsmanager replicate-secret-to-regions --region ${home} --secret-id ${place.service}/${place.environment}/database --add-replica-regions Region=${recovery} --force-overwrite-replica-secret`,
      ],
    },
    site: {
      words: ['Both buckets hold the same.'],
      commands: [
        `aws s3 sync --source-region ${recovery} --region ${home} s3://${siteBucket(place, recovery)} s3://${siteBucket(place, home)} --dryrun`,
      ],
    },
    'open-home': {
      words: ['Ingress back, hosts and tasks to their size; the replica is read-only.'],
      commands: [
        `aws ec2 authorize-security-group-ingress --region ${home} --group-id "$(parameter ${home} database-group)" --ip-permissions file://ingress-${home}.json`,
        ...growCommands(home),
        ...taskCommands(place, home),
      ],
    },
    'caught-up': {words: ['At most 5 s behind.'], commands: [`curl -s https://${regionalName(place, home)}${probes.heartbeat}`]},
    approve: {words: ['Users are refused for some minutes from here on.'], commands: []},
    'fence-away': {words: [], commands: fenceCommands(place, recovery)},
    drained: {
      words: ['The last row of the recovery Region is at home.'],
      commands: [`curl -s https://${regionalName(place, home)}${probes.heartbeat}`],
    },
    'promote-database': {words: ['The point of no return.'], commands: promoteCommands(place, home)},
    roll: {words: [], commands: rollCommands(place, home, settings)},
    flip: {words: ['Users come home.'], commands: settings.flip === 'stop' ? [gone('stop')] : flipHand(place, settings).commands},
    serving: {words: [], commands: servingCommands(place, settings)},
    backups: {words: ['Retention and window as before.'], commands: [look(place, home)]},
    'away-set-aside': {words: [], commands: aside(recovery)},
    'away-replica': {words: [], commands: replica(recovery, home)},
    'away-open': {words: ['Small again; the live rule forwards.'], commands: growCommands(recovery)},
    'no-surge': {
      words: ['A pilot light again: nobody is served there.'],
      commands: [`aws cloudformation delete-stack --region ${recovery} --stack-name ${place.stacks.surge}`],
    },
    returned: {words: ["The home Region's self-fencing stands guard again."], commands: [gone('returning')]},
    'secrets-again': {
      words: [],
      commands: [
        `aws secretsmanager describe-secret --region ${home} --secret-id ${place.service}/${place.environment}/database --query ReplicationStatus   # InSync`,
      ],
    },
    'remove-left': {
      words: ['What was set aside, with a final snapshot each. Look twice at the name.'],
      commands: [home, recovery].map(
        (region) =>
          `aws rds delete-db-instance --region ${region} --db-instance-identifier ${database}-fenced-STAMP --final-db-snapshot-identifier ${database}-fenced-STAMP-final`,
      ),
    },
    settle: {
      words: ['Physical ids in both stacks are there, as before.'],
      commands: [
        `aws cloudformation describe-stack-resources --region ${recovery} --stack-name ${place.stacks.replica} --query 'StackResources[].[LogicalResourceId,PhysicalResourceId]'`,
      ],
    },
    settled: {
      words: ['Where users are by right is home again, and infra up may run.'],
      commands: [
        `aws s3 cp s3://sluice-state-${place.account}-${recovery}/${standingKey(place)} -   # region ${home}, settled true`,
      ],
    },
    report: {words: ['What was lost, what was kept, how long users were refused.'], commands: []},
  }
}
