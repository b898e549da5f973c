/**
 * Which operations came in over the wire, by the names that an IAM policy would need, per Region. What services do among themselves
 * isn't a caller's and isn't counted. Nothing is decided here.
 */
import type {SandboxWorld} from '../world/world.ts'
import type {CatalogueEntry} from './catalogue.ts'

export interface SeenCall {
  /** `elasticloadbalancing:ModifyRule` */
  readonly action: string
  readonly region: string
  readonly count: number
}

const seen = new WeakMap<SandboxWorld, Map<string, SeenCall>>()

/** Services whose signing name isn't IAM's prefix. */
const prefixes: Readonly<Record<string, string>> = {monitoring: 'cloudwatch', cloudcontrolapi: 'cloudformation'}

/** Operations that IAM calls something else; all of what one may need. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
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

export function noteCall(world: SandboxWorld, entry: CatalogueEntry, operation: string, region: string): void {
  const calls = seen.get(world) ?? new Map<string, SeenCall>()
  seen.set(world, calls)
  for (const action of actionsOf(entry, operation)) {
    const key = `${action} ${region}`
    calls.set(key, {action, region, count: (calls.get(key)?.count ?? 0) + 1})
  }
}

export const seenCalls = (world: SandboxWorld): readonly SeenCall[] =>
  [...seen.get(world)?.values() ?? []].toSorted((x, y) => `${x.action} ${x.region}`.localeCompare(`${y.action} ${y.region}`))
