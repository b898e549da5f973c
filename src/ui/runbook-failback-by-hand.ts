/** `dr failback` by hand, from the reversed replica to both Regions as they were. A table. Pure. */
import type {RecoverySettings} from '../config/recovery-config.ts'
import {databaseArn, regionalName, siteBucket, standingKey, switchBucket} from '../runbooks/recovery/place.ts'
import type {Place} from '../runbooks/recovery/place.ts'
import {
  fenceCommands,
  flipHand,
  growCommands,
  look,
  promoteCommands,
  rollCommands,
  servingCommands,
  taskCommands,
} from './runbook-commands-by-hand.ts'
import type {Table} from './runbook-commands-by-hand.ts'

export function failbackByHand(place: Place, settings: RecoverySettings): Table {
  const {home, recovery, database} = place
  const {probes} = settings
  const aside = (region: string): readonly string[] => [
    `aws rds modify-db-instance --region ${region} --db-instance-identifier ${database} `
      + `--new-db-instance-identifier ${database}-fenced-STAMP --apply-immediately   # only ever what is out of service`,
    `aws rds remove-tags-from-resource --region ${region} --resource-name `
      + `${databaseArn({...place, database: `${database}-fenced-STAMP`}, region)} --tag-keys BACKUP-TAG`,
  ]
  const replica = (region: string, source: string): readonly string[] => [
    `aws rds create-db-instance-read-replica --region ${region} --source-region ${source} `
      + `--db-instance-identifier ${database} --source-db-instance-identifier ${databaseArn(place, source)} `
      + '--db-parameter-group-name GROUP --vpc-security-group-ids SG --db-subnet-group-name SUBNETS --kms-key-id KEY '
      + '--db-instance-class CLASS --multi-az',
    `${look(place, region)}   # hours, by size; until it is available and replicating`,
  ]
  const put = (key: string): string =>
    `echo returning > ${key}.txt && aws s3api put-object --region ${recovery} --bucket ${switchBucket(place, recovery)} `
    + `--key ${key} --body ${key}.txt`
  const gone = (key: string): string =>
    `aws s3api delete-object --region ${recovery} --bucket ${switchBucket(place, recovery)} --key ${key}`
  return {
    'ready-home': {
      words: [`${home} answers, its stacks are there, and it is fenced: rule 503, services 0, ingress closed.`],
      commands: [look(place, home), ...fenceCommands(place, home)],
    },
    orphans: {
      words: [
        'Rows that the old primary took after the last replicated moment exist nowhere else: '
          + 'read them out before anything is removed.',
      ],
      commands: [],
    },
    keep: {
      words: ['A snapshot of the old primary, before its name is given away.'],
      commands: [
        `aws rds create-db-snapshot --region ${home} --db-instance-identifier ${database} `
          + `--db-snapshot-identifier ${database}-before-failback-STAMP`,
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
        `aws secretsmanager replicate-secret-to-regions --region ${home} `
          + `--secret-id ${place.service}/${place.environment}/database --add-replica-regions Region=${recovery} `
          + '--force-overwrite-replica-secret',
      ],
    },
    site: {
      words: ['Both buckets hold the same.'],
      commands: [
        `aws s3 sync --source-region ${recovery} --region ${home} s3://${siteBucket(place, recovery)} `
          + `s3://${siteBucket(place, home)} --dryrun`,
      ],
    },
    'open-home': {
      words: ['Ingress back, hosts and tasks to their size; the replica is read-only.'],
      commands: [
        `aws ec2 authorize-security-group-ingress --region ${home} --group-id "$(parameter ${home} database-group)" `
          + `--ip-permissions file://ingress-${home}.json`,
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
    'promote-database': {
      words: [`Users aren't there yet: when it doesn't come, remove returning and open ${recovery} again; it has everything.`],
      commands: promoteCommands(place, home),
    },
    roll: {words: [], commands: rollCommands(place, home, settings)},
    flip: {
      words: ['The point of no return: users come home, and write there.'],
      commands: settings.flip === 'stop' ? [gone('stop')] : flipHand(place, settings).commands,
    },
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
        `aws secretsmanager describe-secret --region ${home} --secret-id ${place.service}/${place.environment}/database `
          + '--query ReplicationStatus   # InSync',
      ],
    },
    'remove-left': {
      words: ['What was set aside, with a final snapshot each. Look twice at the name.'],
      commands: [home, recovery].map(
        (region) =>
          `aws rds delete-db-instance --region ${region} --db-instance-identifier ${database}-fenced-STAMP `
          + `--final-db-snapshot-identifier ${database}-final-STAMP`,
      ),
    },
    settle: {
      words: ['Physical ids in both stacks are there, as before.'],
      commands: [
        `aws cloudformation describe-stack-resources --region ${recovery} --stack-name ${place.stacks.replica} `
          + "--query 'StackResources[].[LogicalResourceId,PhysicalResourceId]'",
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
