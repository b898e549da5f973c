/** Which key a name means: an id, an ARN, an alias, an alias' ARN; an alias of AWS's own is a key that is always there. */
import type {AccountRecord, World} from '../world/contract.ts'
import {digest} from './records/digest.ts'
import {recordOf} from './records/lookup.ts'
import {text} from './records/properties.ts'

export function keyOf(world: World, region: string, name: string): AccountRecord | undefined {
  const parts = name.split(':')
  if (name.startsWith('arn:') && parts[3] !== region) return undefined
  const id = name.startsWith('arn:') ? parts.slice(5).join(':') : name
  if (id.startsWith('alias/aws/')) return managedKey(world, region, id)
  if (id.startsWith('alias/')) {
    const target = text(recordOf(world, 'AWS::KMS::Alias', region, id)?.properties ?? {}, 'TargetKeyId')
    return target === undefined ? undefined : keyOf(world, region, target)
  }
  return recordOf(world, 'AWS::KMS::Key', region, id.replace(/^key\//, ''))
}

function managedKey(world: World, region: string, alias: string): AccountRecord {
  const hex = digest(`${world.account} ${region} ${alias}`, 32)
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  return {
    region,
    type: 'AWS::KMS::Key',
    id,
    properties: {Description: `Default key that protects ${alias.slice('alias/aws/'.length)} data`, EnableKeyRotation: true},
    attributes: {KeyId: id, Arn: `arn:aws:kms:${region}:${world.account}:key/${id}`, Manager: 'AWS'},
    tags: {},
    status: 'available',
    createdAt: 0,
    stack: null,
  }
}
