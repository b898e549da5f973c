/**
 * Which operations came in over the wire, by the names that an IAM policy would need, per Region and since a moment, those too
 * that a Region that is down never answered. What services do among themselves isn't a caller's and isn't counted.
 * Nothing is decided here.
 */
import type {Down} from '../world/region-down.ts'
import type {SandboxWorld} from '../world/world.ts'
import type {CatalogueEntry} from './catalogue.ts'

export interface SeenCall {
  /** `elasticloadbalancing:ModifyRule` */
  readonly action: string
  /** The sandbox's name of the service. */
  readonly service: string
  /** The one it was signed for: `us-east-1` for Route 53, CloudFront and IAM. */
  readonly region: string
  readonly count: number
  /** How many of them never got there, because the Region was down. */
  readonly unreachable: number
}

interface OneCall {
  readonly action: string
  readonly service: string
  readonly region: string
  readonly at: number
  readonly unreachable: boolean
}

/** Of a sandbox that runs for days only the newest are kept. */
const KEPT_AT_MOST = 400_000
const seen = new WeakMap<SandboxWorld, OneCall[]>()

/** Services whose signing name isn't IAM's prefix. */
const prefixes: Readonly<Record<string, string>> = {monitoring: 'cloudwatch', cloudcontrolapi: 'cloudformation', tagging: 'tag'}

/**
 * Operations that IAM calls something else; all of what one may need.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
const actions: Readonly<Record<string, readonly string[]>> = {
  's3:HeadObject': ['s3:GetObject'],
  's3:HeadBucket': ['s3:ListBucket'],
  's3:ListObjects': ['s3:ListBucket'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
  's3:DeleteObjects': ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  's3:CopyObject': ['s3:GetObject', 's3:PutObject'],
  's3:PutBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:PutPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
  's3:PutBucketLifecycleConfiguration': ['s3:PutLifecycleConfiguration'],
  's3:GetBucketLifecycleConfiguration': ['s3:GetLifecycleConfiguration'],
  's3:PutBucketReplication': ['s3:PutReplicationConfiguration'],
  's3:GetBucketReplication': ['s3:GetReplicationConfiguration'],
}

/** What a policy would have to allow for this call. */
export function actionsOf({signingName}: CatalogueEntry, operation: string): readonly string[] {
  const name = `${prefixes[signingName] ?? signingName}:${operation}`
  return actions[name] ?? [name]
}

export function noteCall(
  world: SandboxWorld,
  entry: CatalogueEntry,
  operation: string,
  region: string,
  unreachable: Down | null,
): void {
  const calls = seen.get(world) ?? []
  seen.set(world, calls)
  for (const action of actionsOf(entry, operation))
    calls.push({action, service: entry.name, region, at: world.clock.now(), unreachable: unreachable !== null})
  if (calls.length > KEPT_AT_MOST) calls.splice(0, calls.length - KEPT_AT_MOST / 2)
}

/** `since`: virtual epoch ms; calls that came at that moment or later. */
export function seenCalls(world: SandboxWorld, since = 0): readonly SeenCall[] {
  const counted = new Map<string, SeenCall>()
  for (const {action, service, region, at, unreachable} of seen.get(world) ?? []) {
    if (at < since) continue
    const key = `${action} ${region}`
    const known = counted.get(key)
    counted.set(key, {
      action,
      service,
      region,
      count: (known?.count ?? 0) + 1,
      unreachable: (known?.unreachable ?? 0) + (unreachable ? 1 : 0),
    })
  }
  return [...counted.values()].toSorted((x, y) => `${x.action} ${x.region}`.localeCompare(`${y.action} ${y.region}`))
}
