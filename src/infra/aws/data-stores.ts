/**
 * What an environment keeps under a name of its own beside its buckets: the backup vault, the repository, the database's secret.
 * Looked at, and deleted when a step asks that a person has confirmed. A vault with recovery points never is: AWS refuses,
 * and so do we.
 */
import type {DataStore} from '../../runbooks/provision/down-ports.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import {existing} from './existing.ts'
import {paged} from './paged.ts'
import type {AwsSession} from './session.ts'
import {awsErrorName} from './translate-error.ts'
import {unlessMissing} from './unless-missing.ts'

type Signal = AbortSignal | undefined

/** `full`: it holds what nobody but AWS's own rules lets go. null: it isn't there. */
export async function storeState(
  session: AwsSession,
  {kind, id}: DataStore,
  signal: Signal,
): Promise<'removable' | 'full' | null> {
  switch (kind) {
    case 'vault': {
      const vaults = await paged(async (NextToken) => {
        const page = await session.call('backup', 'ListBackupVaults', {NextToken}, {signal})
        return {items: page.BackupVaultList, next: page.NextToken}
      })
      const found = vaults.find(({BackupVaultName}) => BackupVaultName === id)
      // Not told is not empty.
      return found === undefined ? null : found.NumberOfRecoveryPoints === 0 ? 'removable' : 'full'
    }
    case 'repository':
      return (await existing(session, 'AWS::ECR::Repository', id, signal)) === null ? null : 'removable'
    case 'secret':
      return (await existing(session, 'AWS::SecretsManager::Secret', id, signal)) === null ? null : 'removable'
  }
}

/** One move: a secret with copies in other Regions loses those first, and is deleted when it is asked again. */
export async function removeStore(session: AwsSession, store: DataStore, signal: Signal): Promise<void> {
  const {kind, id} = store
  switch (kind) {
    case 'vault':
      await unlessMissing(session.call('backup', 'DeleteBackupVault', {BackupVaultName: id}, {signal, resource: id}))
      return
    case 'repository':
      await unlessMissing(session.call('ecr', 'DeleteRepository', {repositoryName: id, force: true}, {signal, resource: id}))
      return
    case 'secret':
      return removeSecret(session, id, signal)
  }
}

async function removeSecret(session: AwsSession, SecretId: string, signal: Signal): Promise<void> {
  const found = await unlessMissing(session.call('secretsmanager', 'DescribeSecret', {SecretId}, {signal, resource: SecretId}))
  if (found === null) return
  const copies = (found.ReplicationStatus ?? []).flatMap(({Region}) => Region ?? [])
  if (copies.length > 0) {
    await session.call(
      'secretsmanager',
      'RemoveRegionsFromReplication',
      {SecretId, RemoveReplicaRegions: copies},
      {signal, resource: SecretId},
    )
    return
  }
  // Deleted as usual it would keep its name for weeks, and the next stack of this name couldn't be made.
  const deleting = session.call(
    'secretsmanager',
    'DeleteSecret',
    {SecretId, ForceDeleteWithoutRecovery: true},
    {signal, resource: SecretId},
  )
  await unlessMissing(deleting).catch((error: unknown) => {
    if (awsErrorName(error) === 'InvalidRequestException')
      throw new Unavailable('secretsmanager:DeleteSecret', `${SecretId} still has copies in other Regions`, {cause: error})
    throw error
  })
}
