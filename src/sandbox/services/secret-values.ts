/**
 * What secrets hold, apart from what their templates say: a generated value is made once and stays. A replica holds the primary's
 * value in its own Region; it follows every change and can't be written by itself.
 */
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {canReach} from '../world/region-down.ts'
import {uuid} from '../world/uuid.ts'
import {keyOf} from './kms-keys.ts'
import {attribute, putRecord, recordsOf} from './records/lookup.ts'
import {bag, bags, flag, number, text} from './records/properties.ts'
import type {Bag} from './records/properties.ts'

export const SECRET = 'AWS::SecretsManager::Secret'
/** The value of a secret, under the secret's ARN. No CloudFormation type. */
const VALUE = 'AWS::SecretsManager::SecretVersion'
const TRIES_AGAIN_MS = 15_000
/** Of a new replica's value. */
const ARRIVES_IN_MS = 5000

export interface SecretValue {
  readonly version: string
  readonly text: string
  readonly at: number
}

/** By name, ARN, or ARN without the six characters at its end. */
export function secretOf(world: World, region: string, idOrName: string): AccountRecord | undefined {
  return recordsOf(world, SECRET, region).find(
    (one) => one.id === idOrName || attribute(one, 'Name') === idOrName || one.id.replace(/-[A-Za-z0-9]{6}$/, '') === idOrName,
  )
}

export function valueOf(world: World, secret: Pick<AccountRecord, 'region' | 'id'>): SecretValue | undefined {
  const held = world.records.get(secret.region, VALUE, secret.id)
  return held === undefined
    ? undefined
    : {version: attribute(held, 'VersionId'), text: text(held.properties, 'SecretString') ?? '', at: held.createdAt}
}

export function writeValue(world: World, region: string, arn: string, value: string, version = uuid(world)): string {
  putRecord(world, {type: VALUE, region, id: arn, properties: {SecretString: value}, attributes: {VersionId: version}})
  for (const replica of replicasOf(world, arn)) carryValue(world, replica)
  return version
}

/** A replica takes its primary's present value, as soon as the two Regions can reach each other. */
function carryValue(world: World, {region, id}: Pick<AccountRecord, 'region' | 'id'>): void {
  const replica = world.records.get(region, SECRET, id)
  const home = replica === undefined ? '' : attribute(replica, 'PrimaryRegion')
  // Gone, or standing alone by now.
  if (replica === undefined || home === '') return
  if (!canReach(world, home, region)) {
    world.clock.at(world.clock.now() + TRIES_AGAIN_MS, () => {
      carryValue(world, {region, id})
    })
    return
  }
  const value = valueOf(world, {region: home, id: arnIn(home, id)})
  if (value !== undefined)
    putRecord(world, {type: VALUE, region, id, properties: {SecretString: value.text}, attributes: {VersionId: value.version}})
}

export function dropValue(world: World, region: string, arn: string): void {
  world.records.remove(region, VALUE, arn)
}

/** `arn:aws:secretsmanager:REGION:…`: the same secret in another Region. */
export function arnIn(region: string, arn: string): string {
  return arn.replace(/^(arn:aws:secretsmanager:)[^:]+/, `$1${region}`)
}

export function replicasOf(world: World, arn: string): readonly AccountRecord[] {
  const home = arn.split(':')[3] ?? ''
  return [...world.records.all()].filter(
    (one) =>
      one.type === SECRET && one.region !== home && one.id === arnIn(one.region, arn) && attribute(one, 'PrimaryRegion') === home,
  )
}

/**
 * Makes the replicas a template asks for and removes the others. A key that isn't in the other Region fails that replica alone.
 */
export function keepReplicas(world: World, arn: string, name: string, properties: Bag): void {
  const wanted = bags(properties, 'ReplicaRegions')
  const regions = new Set(wanted.map((one) => text(one, 'Region')))
  for (const replica of replicasOf(world, arn)) {
    if (regions.has(replica.region)) continue
    world.records.remove(replica.region, SECRET, replica.id)
    dropValue(world, replica.region, replica.id)
  }
  for (const one of wanted) {
    const region = text(one, 'Region') ?? ''
    if (world.records.get(region, SECRET, arnIn(region, arn)) === undefined)
      putReplica(world, {arn, name, properties}, region, text(one, 'KmsKeyId'))
  }
}

/** One more replica of a secret that is there; its value follows. */
export function addReplica(world: World, secret: AccountRecord, region: string, key: string | undefined): void {
  const {id, properties} = secret
  putReplica(world, {arn: id, name: attribute(secret, 'Name'), properties}, region, key)
  world.clock.at(world.clock.now() + ARRIVES_IN_MS, () => {
    carryValue(world, {region, id: arnIn(region, id)})
  })
}

function putReplica(
  world: World,
  {arn, name, properties}: {readonly arn: string; readonly name: string; readonly properties: Bag},
  region: string,
  key: string | undefined,
): void {
  const id = arnIn(region, arn)
  const message =
    secretOf(world, region, name) !== undefined
      ? `Replication failed: Secret name ${name} already exists in this region`
      : key !== undefined && keyOf(world, region, key) === undefined
        ? `Replication failed: the KMS key ${key} can't be found in ${region}`
        : null
  // Whoever stands in its place stays what it is; only the primary tells of the failure.
  if (message !== null && world.records.get(region, SECRET, id) !== undefined) return
  putRecord(world, {
    type: SECRET,
    region,
    id,
    status: message === null ? 'available' : 'failed',
    properties: {
      ...(key !== undefined && {KmsKeyId: key}),
      ...(text(properties, 'Description') !== undefined && {Description: text(properties, 'Description')}),
    },
    attributes: {
      Id: id,
      Name: message === null ? name : `${name} (failed)`,
      PrimaryRegion: arn.split(':')[3] ?? '',
      ...(message !== null && {ReplicationMessage: message}),
    },
  })
}

const CHARACTERS = {
  lower: 'abcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  digits: '0123456789',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
}

/** A random value as `GenerateSecretString` describes it; with a template, one member of its JSON. */
function generateSecret(world: World, rule: Bag): string {
  const excluded = new Set(text(rule, 'ExcludeCharacters') ?? '')
  const sets = [
    flag(rule, 'ExcludeLowercase') ? '' : CHARACTERS.lower,
    flag(rule, 'ExcludeUppercase') ? '' : CHARACTERS.upper,
    flag(rule, 'ExcludeNumbers') ? '' : CHARACTERS.digits,
    flag(rule, 'ExcludePunctuation') ? '' : CHARACTERS.punctuation,
  ]
    .map((set) => [...set].filter((one) => !excluded.has(one)))
    .filter((set) => set.length > 0)
  const all = sets.flat()
  if (all.length === 0) {
    throw new AwsFault('InvalidRequestException', "The password can't be generated: every character is excluded.")
  }
  const length = number(rule, 'PasswordLength') ?? 32
  const dice = world.random('secrets')
  const pick = (from: readonly string[]): string => from[Math.floor(dice() * from.length)] ?? ''
  const requireEach = text(rule, 'RequireEachIncludedType') !== 'false'
  // One of each type first, at places that the same dice choose.
  const characters = Array.from({length}, (_, index) => pick((requireEach ? sets[index] : undefined) ?? all))
  for (let index = characters.length - 1; index > 0; index--) {
    const other = Math.floor(dice() * (index + 1))
    const [one = '', two = ''] = [characters[index], characters[other]]
    characters[index] = two
    characters[other] = one
  }
  const password = characters.join('')
  const key = text(rule, 'GenerateStringKey')
  const template = text(rule, 'SecretStringTemplate')
  if (key === undefined || template === undefined) return password
  return JSON.stringify({...(JSON.parse(template) as Bag), [key]: password})
}

/** What a template gives a new secret: its own text, or a generated one; null for a secret without a value. */
export function firstValue(world: World, properties: Bag): string | null {
  const given = text(properties, 'SecretString')
  if (given !== undefined) return given
  return properties['GenerateSecretString'] === undefined ? null : generateSecret(world, bag(properties, 'GenerateSecretString'))
}
