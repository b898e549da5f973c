/**
 * Whether something that a stack will give a fixed name is in the account already. Each service is asked in its own words: Cloud
 * Control's one question for all needs every right that its handlers need, and a secret whose deletion is scheduled it can't tell
 * from one that is gone. Reads only; what may not be read is an error and never "not there".
 */
import {paged} from './paged.ts'
import type {AwsSession} from './session.ts'
import {unlessMissing} from './unless-missing.ts'

type Signal = AbortSignal | undefined
type Existing = 'there' | 'leaving' | null
type Look = (session: AwsSession, name: string, signal: Signal) => Promise<Existing>

const looks: Readonly<Record<string, Look>> = {
  'AWS::S3::Bucket': (session, Bucket, signal) =>
    answered(session.call('s3', 'HeadBucket', {Bucket}, {signal, resource: Bucket})),
  'AWS::ECR::Repository': (session, name, signal) =>
    answered(session.call('ecr', 'DescribeRepositories', {repositoryNames: [name]}, {signal, resource: name})),
  'AWS::RDS::DBInstance': (session, name, signal) =>
    answered(session.call('rds', 'DescribeDBInstances', {DBInstanceIdentifier: name}, {signal, resource: name})),
  'AWS::SecretsManager::Secret': secret,
  'AWS::Backup::BackupVault': vault,
}

/** Types that can be looked for. */
export const typesLookedFor: readonly string[] = Object.keys(looks)

export async function existing(session: AwsSession, type: string, name: string, signal: Signal): Promise<Existing> {
  const look = looks[type]
  if (look === undefined) throw new Error(`nobody knows how to look for a ${type}`)
  return look(session, name, signal)
}

const answered = async (asked: Promise<unknown>): Promise<Existing> => ((await unlessMissing(asked)) === null ? null : 'there')

/** A deleted secret can be restored for a week or more, and nobody else can have its name until then. */
async function secret(session: AwsSession, name: string, signal: Signal): Promise<Existing> {
  const answer = await unlessMissing(session.call('secretsmanager', 'DescribeSecret', {SecretId: name}, {signal, resource: name}))
  if (answer === null) return null
  return answer.DeletedDate === undefined ? 'there' : 'leaving'
}

/** Describing a vault that isn't there is refused like one that nobody may see; a list says it plainly. */
async function vault(session: AwsSession, name: string, signal: Signal): Promise<Existing> {
  const found = await paged(async (NextToken) => {
    const page = await session.call('backup', 'ListBackupVaults', {NextToken}, {signal})
    return {items: page.BackupVaultList, next: page.NextToken}
  })
  return found.some(({BackupVaultName}) => BackupVaultName === name) ? 'there' : null
}
