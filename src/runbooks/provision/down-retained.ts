/**
 * What deleting the stacks leaves behind, and how a person removes it: data, keys to data, and logs. A table of the templates'
 * `DeletionPolicy: Retain` and `Snapshot`; a test holds it against them. Pure.
 */
import type {DataStore} from './down-ports.ts'
import type {RootStack} from './stack-tree.ts'
import {resourcesBelow} from './stack-tree.ts'

export interface Retained {
  readonly what: string
  readonly id: string
  readonly region: string
  /** A command, or one short instruction. */
  readonly howToRemove: string
}

/** By kind of root stack: paths of what outlives it. */
export const outlives: Readonly<Record<RootStack['kind'], readonly string[]>> = {
  foundation: [
    'DataKey',
    'LogsKey',
    'SiteKey',
    'StateBucket',
    'SwitchBucket',
    'LogBucket',
    'CacheSecret',
    'PreviewSecret',
    'SwitchDeadLetters',
    'FenceLogs',
    'WatchLogs',
    'CapacityLogs',
  ],
  certificate: ['Certificate', 'AlarmKey'],
  main: [
    'Vpc/FlowLogGroup',
    'LoadBalancer/Certificate',
    'Edge/SiteBucket',
    'Edge/AccessLogs',
    'Api/ApiLogs',
    'Api/ExecLogs',
    'Monitoring/Logs',
    'Monitoring/Volume',
    'Database/Secret',
    'Database/Database',
    'Cache/SlowLog',
    'Cache/ReplicationGroup',
    'Backup/Vault',
    'Images/Repository',
    'Images/BuildLogs',
  ],
  replica: ['Subnets', 'Parameters', 'MonitoringRole', 'Replica'],
  surge: ['Cache/SlowLog', 'Cache/ReplicationGroup'],
  drill: [],
}

/**
 * Nested stacks of `main` that outlive their root, so that nobody deletes them by deleting that; `down` deletes each by itself.
 */
export const nestedThatOutlive = ['Database', 'Edge', 'Backup'] as const

type Way = (id: string, region: string) => Omit<Retained, 'id' | 'region'>

const ways: Readonly<Record<string, Way>> = {
  'AWS::KMS::Key': (id, region) => ({
    what: 'key',
    howToRemove: `aws kms schedule-key-deletion --region ${region} --key-id ${id}`,
  }),
  'AWS::S3::Bucket': (id, region) => ({
    what: 'bucket',
    howToRemove: `delete all versions of all objects, then: aws s3api delete-bucket --region ${region} --bucket ${id}`,
  }),
  'AWS::SecretsManager::Secret': (id, region) => ({
    what: 'secret',
    howToRemove: `aws secretsmanager delete-secret --region ${region} --secret-id ${id}`,
  }),
  'AWS::SQS::Queue': (id, region) => ({what: 'queue', howToRemove: `aws sqs delete-queue --region ${region} --queue-url ${id}`}),
  'AWS::Logs::LogGroup': (id, region) => ({
    what: 'log group',
    howToRemove: `aws logs delete-log-group --region ${region} --log-group-name ${id}`,
  }),
  'AWS::CertificateManager::Certificate': (id, region) => ({
    what: 'certificate',
    howToRemove: `aws acm delete-certificate --region ${region} --certificate-arn ${id}`,
  }),
  'AWS::Backup::BackupVault': (id, region) => ({
    what: 'vault with its recovery points',
    howToRemove:
      `once its lock lets the recovery points go: aws backup delete-backup-vault --region ${region} `
      + `--backup-vault-name ${id}`,
  }),
  'AWS::ECR::Repository': (id, region) => ({
    what: 'repository with its images',
    howToRemove: `aws ecr delete-repository --region ${region} --force --repository-name ${id}`,
  }),
  'AWS::RDS::DBInstance': (id, region) => ({
    what: 'final snapshot of the database',
    howToRemove:
      `find it: aws rds describe-db-snapshots --region ${region} --db-instance-identifier ${id}; `
      + 'then: aws rds delete-db-snapshot',
  }),
  'AWS::ElastiCache::ReplicationGroup': (id, region) => ({
    what: 'final snapshot of the cache',
    howToRemove:
      `find it: aws elasticache describe-snapshots --region ${region} --replication-group-id ${id}; `
      + 'then: aws elasticache delete-snapshot',
  }),
  'AWS::EC2::Volume': (id, region) => ({
    what: "snapshot of Prometheus' volume",
    howToRemove:
      `find it: aws ec2 describe-snapshots --region ${region} --filters Name=volume-id,Values=${id}; `
      + 'then: aws ec2 delete-snapshot',
  }),
  'AWS::RDS::DBSubnetGroup': (id, region) => ({
    what: 'subnet group',
    howToRemove: `aws rds delete-db-subnet-group --region ${region} --db-subnet-group-name ${id}`,
  }),
  'AWS::RDS::DBParameterGroup': (id, region) => ({
    what: 'parameter group',
    howToRemove: `aws rds delete-db-parameter-group --region ${region} --db-parameter-group-name ${id}`,
  }),
  'AWS::IAM::Role': (id) => ({what: 'role', howToRemove: `detach its policies, then: aws iam delete-role --role-name ${id}`}),
}

/** A vault and a database may well have the same name. */
export const retainedKey = ({what, region, id}: Pick<Retained, 'what' | 'region' | 'id'>): string => `${what} ${region} ${id}`
const keyOf = (type: string, region: string, id: string): string =>
  retainedKey({what: ways[type]?.(id, region).what ?? type, region, id})

export const bucketKey = ({region, bucket}: {readonly region: string; readonly bucket: string}): string =>
  keyOf('AWS::S3::Bucket', region, bucket)
export const storeKey = ({kind, region, id}: DataStore): string => keyOf(storeTypes[kind], region, id)

const storeTypes: Readonly<Record<DataStore['kind'], string>> = {
  vault: 'AWS::Backup::BackupVault',
  repository: 'AWS::ECR::Repository',
  secret: 'AWS::SecretsManager::Secret',
}

/**
 * What holds data under a name that the next stack will want. A secret with a name that CloudFormation gave is in nobody's way.
 */
export function storesOf(
  {service, environment}: {readonly service: string; readonly environment: string},
  root: RootStack,
): readonly DataStore[] {
  const {region} = root.ref
  return resourcesBelow(root).flatMap(({path, type, physicalId, status}): readonly DataStore[] => {
    if (!outlives[root.kind].includes(path) || physicalId === '' || status === 'DELETE_COMPLETE') return []
    switch (type) {
      case storeTypes.vault:
        return [{kind: 'vault', region, id: physicalId, name: physicalId}]
      case storeTypes.repository:
        return [{kind: 'repository', region, id: physicalId, name: physicalId}]
      case storeTypes.secret: {
        // An ARN ends with six characters that only AWS knows.
        const name = /:secret:(.+)-[A-Za-z0-9]{6}$/.exec(physicalId)?.[1] ?? ''
        return name.startsWith(`${service}/${environment}/`) ? [{kind: 'secret', region, id: physicalId, name}] : []
      }
      default:
        return []
    }
  })
}

/**
 * Has something been made that has this type, and is it worth a line? What has no way is a bug that the test of this table finds.
 */
export function retainedBy(root: RootStack, goes: ReadonlySet<string>): readonly Retained[] {
  return (
    resourcesBelow(root)
      .filter(
        ({path, physicalId, status}) => outlives[root.kind].includes(path) && physicalId !== '' && status !== 'DELETE_COMPLETE',
      )
      // The replica's instance goes by a step of its own, which leaves no snapshot: its data is the primary's.
      .filter(({path}) => !(root.kind === 'replica' && path === 'Replica'))
      .flatMap(({type, physicalId}) => {
        const way = ways[type]?.(physicalId, root.ref.region)
        const one = way === undefined ? null : {...way, id: physicalId, region: root.ref.region}
        return one === null || goes.has(retainedKey(one)) ? [] : [one]
      })
  )
}

/**
 * How something that stands in the way by its name is removed. A secret that is deleted as usual keeps its name for weeks; a
 * database here is one that stayed itself, a promoted replica.
 */
export function keptWay(type: string, name: string, region: string): Omit<Retained, 'id' | 'region'> {
  switch (type) {
    case 'AWS::SecretsManager::Secret':
      return {
        what: 'secret',
        howToRemove: `aws secretsmanager delete-secret --region ${region} --force-delete-without-recovery --secret-id ${name}`,
      }
    case 'AWS::RDS::DBInstance':
      return {
        what: 'database',
        howToRemove:
          `aws rds delete-db-instance --region ${region} --db-instance-identifier ${name} `
          + `--final-db-snapshot-identifier ${name}-final`,
      }
    default:
      return ways[type]?.(name, region) ?? {what: type, howToRemove: `delete the ${type} ${name} in ${region}`}
  }
}

/** Types that the table knows a way for; the test asks. */
export const typesWithWay: readonly string[] = Object.keys(ways)

/** The journal of this very run is in it: it is never emptied. */
export const stateBucket = (account: string, region: string): Retained => ({
  what: 'bucket of journals and uploaded templates',
  id: `sluice-state-${account}-${region}`,
  region,
  howToRemove:
    `delete all versions of all objects, then: aws s3api delete-bucket --region ${region} `
    + `--bucket sluice-state-${account}-${region}`,
})
