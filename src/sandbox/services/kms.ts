/** KMS, as far as it is asked: what a key is, and which aliases there are. It encrypts nothing. */
import type {
  DescribeKeyRequest,
  DescribeKeyResponse,
  GetKeyRotationStatusRequest,
  GetKeyRotationStatusResponse,
  ListAliasesRequest,
  ListAliasesResponse,
} from '@aws-sdk/client-kms'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {keyOf} from './kms-keys.ts'
import {attribute, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import {flag, text} from './records/properties.ts'

export function createKms(world: World): Service {
  return {
    name: 'kms',
    operations: {
      DescribeKey: ({KeyId}: DescribeKeyRequest, call: CallContext): DescribeKeyResponse => {
        const key = requireKey(world, call, KeyId)
        return {
          KeyMetadata: {
            AWSAccountId: call.account,
            KeyId: key.id,
            Arn: attribute(key, 'Arn'),
            CreationDate: new Date(key.createdAt),
            Enabled: text(key.properties, 'Enabled') !== 'false',
            Description: text(key.properties, 'Description') ?? '',
            KeyUsage: 'ENCRYPT_DECRYPT',
            KeyState: text(key.properties, 'Enabled') === 'false' ? 'Disabled' : 'Enabled',
            Origin: 'AWS_KMS',
            KeyManager: attribute(key, 'Manager') === 'AWS' ? 'AWS' : 'CUSTOMER',
            KeySpec: 'SYMMETRIC_DEFAULT',
            EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
            MultiRegion: flag(key.properties, 'MultiRegion'),
          },
        }
      },
      GetKeyRotationStatus: ({KeyId}: GetKeyRotationStatusRequest, call: CallContext): GetKeyRotationStatusResponse => {
        const key = requireKey(world, call, KeyId)
        return {KeyId: key.id, KeyRotationEnabled: flag(key.properties, 'EnableKeyRotation')}
      },
      ListAliases: ({KeyId, Limit, Marker}: ListAliasesRequest, call: CallContext): ListAliasesResponse => {
        const key = KeyId === undefined ? undefined : requireKey(world, call, KeyId)
        const found = recordsOf(world, 'AWS::KMS::Alias', call.region)
          .map((alias) => ({alias, target: keyOf(world, call.region, alias.id)}))
          .filter(({target}) => key === undefined || target?.id === key.id)
        const {items, next} = page(found, Marker, Limit ?? 50)
        return {
          Aliases: items.map(({alias, target}) => ({
            AliasName: alias.id,
            AliasArn: `arn:aws:kms:${call.region}:${call.account}:${alias.id}`,
            TargetKeyId: target?.id,
            CreationDate: new Date(alias.createdAt),
          })),
          Truncated: next !== undefined,
          NextMarker: next,
        }
      },
    },
  }
}

function requireKey(world: World, call: CallContext, name: string | undefined): AccountRecord {
  const key = keyOf(world, call.region, name ?? '')
  if (key !== undefined) return key
  const what =
    name?.includes('alias/') === true
      ? `Alias arn:aws:kms:${call.region}:${call.account}:${name} is not found.`
      : `Key '${name ?? ''}' does not exist`
  throw new AwsFault('NotFoundException', what)
}
