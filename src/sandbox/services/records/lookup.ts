/**
 * Finding account records. Global services (IAM, Route 53, CloudFront) have one home whatever Region a call was signed for;
 * everything else never leaves its Region.
 */
import type {AccountRecord, AwsFault, World} from '../../world/contract.ts'

const GLOBAL_REGION = 'aws-global'
const GLOBAL_SERVICES = ['AWS::IAM::', 'AWS::Route53::', 'AWS::CloudFront::']

/** Where records of this type live when they are made in that Region. */
export function homeOf(type: string, region: string): string {
  return GLOBAL_SERVICES.some((prefix) => type.startsWith(prefix)) ? GLOBAL_REGION : region
}

export function recordsOf(world: World, type: string, region: string): readonly AccountRecord[] {
  return world.records.list(homeOf(type, region), type)
}

export function recordOf(world: World, type: string, region: string, id: string): AccountRecord | undefined {
  return world.records.get(homeOf(type, region), type, id)
}

/** All of a type, or the one that is named, in any case; `missing` says in AWS's words that there is none. */
export function allOrNamed(
  world: World,
  type: string,
  region: string,
  name: string | undefined,
  missing: (name: string) => AwsFault,
): readonly AccountRecord[] {
  if (name === undefined) return recordsOf(world, type, region)
  const found = recordOf(world, type, region, name.toLowerCase())
  if (found === undefined) throw missing(name)
  return [found]
}

export interface NewRecord {
  readonly type: string
  readonly region: string
  readonly id: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly tags?: Readonly<Record<string, string>>
  readonly status?: string
}

/** What a call made, and no stack. */
export function putRecord(world: World, made: NewRecord): AccountRecord {
  const record: AccountRecord = {
    region: homeOf(made.type, made.region),
    type: made.type,
    id: made.id,
    properties: made.properties,
    attributes: made.attributes ?? {},
    tags: made.tags ?? {},
    status: made.status ?? 'available',
    createdAt: world.clock.now(),
    stack: null,
  }
  world.records.put(record)
  return record
}

/** The value of an attribute as text; empty when the record has none. */
export function attribute(record: AccountRecord, name: string): string {
  const value = record.attributes[name]
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

export function tagList(record: Pick<AccountRecord, 'tags'>): {Key: string; Value: string}[] {
  return Object.entries(record.tags).map(([Key, Value]) => ({Key, Value}))
}

export function tagsFrom(
  list: readonly {readonly Key?: string | undefined; readonly Value?: string | undefined}[] | undefined,
): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({Key, Value}) => [Key ?? '', Value ?? '']))
}
