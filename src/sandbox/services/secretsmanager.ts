/** Secrets Manager: secrets by name or ARN, their value, their replicas. Nothing rotates. */
import type {
  CreateSecretRequest,
  CreateSecretResponse,
  DeleteSecretRequest,
  DescribeSecretRequest,
  DescribeSecretResponse,
  GetSecretValueRequest,
  GetSecretValueResponse,
  ListSecretsRequest,
  ListSecretsResponse,
  PutSecretValueRequest,
  PutSecretValueResponse,
  RemoveRegionsFromReplicationRequest,
  ReplicateSecretToRegionsRequest,
  StopReplicationToReplicaRequest,
} from '@aws-sdk/client-secrets-manager'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {attribute, putRecord, recordsOf, tagList, tagsFrom} from './records/lookup.ts'
import {page} from './records/page.ts'
import {text} from './records/properties.ts'
import {refuseReplica, removeReplicas, replicate, replicationStatus, standAlone} from './secret-replication.ts'
import {dropValue, replicasOf, SECRET, secretOf, valueOf, writeValue} from './secret-values.ts'

export function createSecretsManager(world: World): Service {
  const find = (call: CallContext, id: string | undefined): AccountRecord => {
    const found = secretOf(world, call.region, id ?? '')
    if (found === undefined) throw new AwsFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
    return found
  }
  return {
    name: 'secretsmanager',
    operations: {
      CreateSecret: (input: CreateSecretRequest, call: CallContext) => create(world, input, call),
      DescribeSecret: ({SecretId}: DescribeSecretRequest, call: CallContext): DescribeSecretResponse =>
        describe(world, find(call, SecretId)),
      GetSecretValue: ({SecretId}: GetSecretValueRequest, call: CallContext): GetSecretValueResponse => {
        const secret = find(call, SecretId)
        const value = valueOf(world, secret)
        if (value === undefined) {
          throw new AwsFault(
            'ResourceNotFoundException',
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
          )
        }
        return {
          ARN: secret.id,
          Name: attribute(secret, 'Name'),
          VersionId: value.version,
          SecretString: value.text,
          VersionStages: ['AWSCURRENT'],
          CreatedDate: new Date(value.at),
        }
      },
      ListSecrets: (input: ListSecretsRequest, call: CallContext): ListSecretsResponse => {
        const found = recordsOf(world, SECRET, call.region).filter((one) =>
          (input.Filters ?? []).every(
            ({Key, Values = []}) => Key !== 'name' || Values.some((wanted) => attribute(one, 'Name').startsWith(wanted)),
          ),
        )
        const {items, next} = page(found, input.NextToken, input.MaxResults ?? 100)
        return {SecretList: items.map((one) => describe(world, one)), NextToken: next}
      },
      PutSecretValue: (input: PutSecretValueRequest, call: CallContext): PutSecretValueResponse => {
        const secret = find(call, input.SecretId)
        refuseReplica(secret)
        const version = writeValue(world, call.region, secret.id, input.SecretString ?? '', input.ClientRequestToken)
        return {ARN: secret.id, Name: attribute(secret, 'Name'), VersionId: version, VersionStages: ['AWSCURRENT']}
      },
      RemoveRegionsFromReplication: (input: RemoveRegionsFromReplicationRequest, call: CallContext) =>
        removeReplicas(world, find(call, input.SecretId), input),
      ReplicateSecretToRegions: (input: ReplicateSecretToRegionsRequest, call: CallContext) =>
        replicate(world, find(call, input.SecretId), input),
      StopReplicationToReplica: ({SecretId}: StopReplicationToReplicaRequest, call: CallContext) =>
        standAlone(world, find(call, SecretId)),
      DeleteSecret: ({SecretId}: DeleteSecretRequest, call: CallContext) => {
        const secret = find(call, SecretId)
        if (replicasOf(world, secret.id).length > 0) {
          throw new AwsFault(
            'InvalidRequestException',
            `You can't delete secret ${attribute(secret, 'Name')} that still has replica regions.`,
          )
        }
        world.records.remove(call.region, SECRET, secret.id)
        dropValue(world, call.region, secret.id)
        return {ARN: secret.id, Name: attribute(secret, 'Name'), DeletionDate: new Date(world.clock.now())}
      },
    },
  }
}

function create(world: World, input: CreateSecretRequest, call: CallContext): CreateSecretResponse {
  const name = input.Name ?? ''
  if (secretOf(world, call.region, name) !== undefined) {
    throw new AwsFault('ResourceExistsException', `The operation failed because the secret ${name} already exists.`)
  }
  const id = `arn:aws:secretsmanager:${call.region}:${call.account}:secret:${name}-${world.hex(6)}`
  const {Description, KmsKeyId} = input
  putRecord(world, {
    type: SECRET,
    region: call.region,
    id,
    attributes: {Id: id, Name: name},
    tags: tagsFrom(input.Tags),
    properties: {Name: name, ...(Description !== undefined && {Description}), ...(KmsKeyId !== undefined && {KmsKeyId})},
  })
  return {
    ARN: id,
    Name: name,
    ...(input.SecretString !== undefined && {
      VersionId: writeValue(world, call.region, id, input.SecretString, input.ClientRequestToken),
    }),
  }
}

function describe(world: World, secret: AccountRecord): DescribeSecretResponse {
  const value = valueOf(world, secret)
  const primary = attribute(secret, 'PrimaryRegion')
  return {
    ARN: secret.id,
    Name: attribute(secret, 'Name'),
    Description: text(secret.properties, 'Description'),
    KmsKeyId: text(secret.properties, 'KmsKeyId'),
    CreatedDate: new Date(secret.createdAt),
    LastChangedDate: new Date(value?.at ?? secret.createdAt),
    ...(primary !== '' && {PrimaryRegion: primary}),
    Tags: tagList(secret),
    VersionIdsToStages: value === undefined ? {} : {[value.version]: ['AWSCURRENT']},
    ReplicationStatus: [...replicationStatus(world, secret)],
  }
}
