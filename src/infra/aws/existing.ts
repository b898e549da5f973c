/**
 * Whether something that a stack will give a fixed name is in the account already. Each service is asked in its own words: Cloud
 * Control's one question for all needs every right that its handlers need, and a secret whose deletion is scheduled it can't tell
 * from one that is gone. Reads only; what may not be read is an error and never "not there".
 */
import {paged} from './paged.ts'
import type {AwsSession} from './session.ts'
import {isMissing} from './translate-error.ts'

type Signal = AbortSignal | undefined
type Existing = 'there' | 'leaving' | null
type Look = (session: AwsSession, name: string, signal: Signal) => Promise<Existing>

const looks: Readonly<Record<string, Look>> = {
  'AWS::S3::Bucket': unlessMissing((session, Bucket, signal) => session.call('s3', 'HeadBucket', {Bucket}, {signal, resource: Bucket})),
  'AWS::ECR::Repository': unlessMissing((session, name, signal) =>
    session.call('ecr', 'DescribeRepositories', {repositoryNames: [name]}, {signal, resource: name})),
  'AWS::RDS::DBInstance': unlessMissing((session, name, signal) =>
    session.call('rds', 'DescribeDBInstances', {DBInstanceIdentifier: name}, {signal, resource: name})),
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

function unlessMissing(ask: (session: AwsSession, name: string, signal: Signal) => Promise<unknown>): Look {
  return async (session, name, signal) => {
    try {
      await ask(session, name, signal)
      return 'there'
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }
}

/** A deleted secret can be restored for a week or more, and nobody else can have its name until then. */
async function secret(session: AwsSession, name: string, signal: Signal): Promise<Existing> {
  try {
    const answer = await session.call('secretsmanager', 'DescribeSecret', {SecretId: name}, {signal, resource: name})
    return answer.DeletedDate === undefined ? 'there' : 'leaving'
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Describing a vault that isn't there is refused like one that nobody may see; a list says it plainly. */
async function vault(session: AwsSession, name: string, signal: Signal): Promise<Existing> {
  const found = await paged(async (NextToken) => {
    const page = await session.call('backup', 'ListBackupVaults', {NextToken}, {signal})
    return {items: page.BackupVaultList, next: page.NextToken}
  })
  return found.some(({BackupVaultName}) => BackupVaultName === name) ? 'there' : null
}
