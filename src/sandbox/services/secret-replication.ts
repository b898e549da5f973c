/**
 * Replicas of secrets: asked for in the primary's Region, made standalone in the replica's own. A value reaches its replicas at
 * once when both Regions can be reached, and as soon as they can otherwise;
 * a replica that was made standalone in between gets nothing any more.
 */
import type {
  RemoveRegionsFromReplicationRequest,
  RemoveRegionsFromReplicationResponse,
  ReplicateSecretToRegionsRequest,
  ReplicateSecretToRegionsResponse,
  ReplicationStatusType,
  StopReplicationToReplicaResponse,
} from '@aws-sdk/client-secrets-manager'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {attribute} from './records/lookup.ts'
import {text} from './records/properties.ts'
import {addReplica, arnIn, dropValue, replicasOf, SECRET, secretOf, valueOf} from './secret-values.ts'

export function replicate(
  world: World,
  secret: AccountRecord,
  input: ReplicateSecretToRegionsRequest,
): ReplicateSecretToRegionsResponse {
  refuseReplica(secret)
  for (const {Region = '', KmsKeyId} of input.AddReplicaRegions ?? []) {
    if (Region === secret.region)
      throw new AwsFault('InvalidParameterException', 'Invalid replica region: it is the region of the primary secret.')
    if (
      replicasOf(world, secret.id).some((one) => one.region === Region && one.status !== 'failed')
      && input.ForceOverwriteReplicaSecret !== true
    ) {
      throw new AwsFault('InvalidParameterException', `The secret is already replicated to ${Region}.`)
    }
    if (input.ForceOverwriteReplicaSecret === true) giveWay(world, secret, Region)
    addReplica(world, secret, Region, KmsKeyId)
  }
  return {ARN: secret.id, ReplicationStatus: [...replicationStatus(world, secret)]}
}

/** What stands there under the name, of whatever history, is overwritten. */
function giveWay(world: World, secret: AccountRecord, region: string): void {
  const there = secretOf(world, region, attribute(secret, 'Name')) ?? world.records.get(region, SECRET, arnIn(region, secret.id))
  if (there === undefined) return
  world.records.remove(region, SECRET, there.id)
  dropValue(world, region, there.id)
}

/** Called where the replica is, because the primary's Region may be lost. */
export function standAlone(world: World, replica: AccountRecord): StopReplicationToReplicaResponse {
  if (attribute(replica, 'PrimaryRegion') === '') {
    throw new AwsFault('InvalidRequestException', "You can't perform this operation on a secret that isn't a replica.")
  }
  const {PrimaryRegion: _primary, ReplicationMessage: _message, ...attributes} = replica.attributes
  world.records.change(replica.region, SECRET, replica.id, {attributes})
  return {ARN: replica.id}
}

export function removeReplicas(
  world: World,
  secret: AccountRecord,
  input: RemoveRegionsFromReplicationRequest,
): RemoveRegionsFromReplicationResponse {
  refuseReplica(secret)
  for (const replica of replicasOf(world, secret.id).filter(({region}) => input.RemoveReplicaRegions?.includes(region))) {
    world.records.remove(replica.region, SECRET, replica.id)
    dropValue(world, replica.region, replica.id)
  }
  return {ARN: secret.id, ReplicationStatus: [...replicationStatus(world, secret)]}
}

export function replicationStatus(world: World, secret: AccountRecord): readonly ReplicationStatusType[] {
  const version = valueOf(world, secret)?.version
  return replicasOf(world, secret.id).map((replica) => {
    const [Status, StatusMessage] =
      replica.status === 'failed'
        ? (['Failed', attribute(replica, 'ReplicationMessage')] as const)
        : valueOf(world, replica)?.version === version
          ? (['InSync', 'Replication succeeded'] as const)
          : (['InProgress', 'Replication is in progress'] as const)
    return {
      Region: replica.region,
      KmsKeyId: text(replica.properties, 'KmsKeyId') ?? 'alias/aws/secretsmanager',
      Status,
      StatusMessage,
    }
  })
}

export function refuseReplica(secret: AccountRecord): void {
  const primary = attribute(secret, 'PrimaryRegion')
  if (primary === '') return
  throw new AwsFault(
    'InvalidRequestException',
    `Operation not permitted on a replica secret. Call must be made in primary secret's region ${primary}.`,
  )
}
