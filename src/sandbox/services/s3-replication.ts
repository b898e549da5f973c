/**
 * Replication: what is written to a bucket turns up in another one a few seconds later, delete markers too where a rule says so.
 * Only what is written after the rule is copied, a replica is copied on by nobody, and deleting one version is never copied.
 */
import type {GetBucketReplicationOutput, PutBucketReplicationRequest, ReplicationRule} from '@aws-sdk/client-s3'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Operation, World} from '../world/contract.ts'
import {canReach} from '../world/region-down.ts'
import {addVersion, bucketOf} from './s3-state.ts'
import type {Bucket, ObjectVersion, S3State} from './s3-state.ts'

/** Virtual ms. */
const DELAY_MS = {least: 2000, most: 8000}
const TRIES_AGAIN_MS = 10_000
const METRICS_EVERY_MS = 60_000

export function replicationOperations(state: S3State): Readonly<Record<string, Operation>> {
  return {
    PutBucketReplication: ({Bucket: name, ReplicationConfiguration}: PutBucketReplicationRequest, call: CallContext) => {
      const bucket = bucketOf(state, name ?? '', call)
      if (bucket.versioning !== 'Enabled') {
        throw new AwsFault(
          'InvalidRequest',
          "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
          400,
        )
      }
      for (const rule of ReplicationConfiguration?.Rules ?? []) checkDestination(state, rule)
      bucket.replication = ReplicationConfiguration
      pendingIn(state)
      return {}
    },
    GetBucketReplication: ({Bucket: name}: {readonly Bucket: string}, call: CallContext): GetBucketReplicationOutput => {
      const {replication} = bucketOf(state, name, call)
      if (replication === undefined) {
        throw new AwsFault('ReplicationConfigurationNotFoundError', 'The replication configuration was not found', 404, {
          BucketName: name,
        })
      }
      return {ReplicationConfiguration: replication}
    },
    DeleteBucketReplication: ({Bucket: name}: {readonly Bucket: string}, call: CallContext) => {
      bucketOf(state, name, call).replication = undefined
      return {}
    },
  }
}

const nameOf = (arn: string | undefined): string => (arn ?? '').split(':').at(-1) ?? ''

function checkDestination(state: S3State, rule: ReplicationRule): void {
  const destination = state.buckets.get(nameOf(rule.Destination?.Bucket))
  if (destination === undefined) throw new AwsFault('InvalidRequest', 'Destination bucket must exist.', 400)
  if (destination.versioning !== 'Enabled') {
    throw new AwsFault('InvalidRequest', 'Destination bucket must have versioning enabled.', 400)
  }
}

/** Called once for every version that a client wrote. */
export function replicate(state: S3State, bucket: Bucket, key: string, version: ObjectVersion): void {
  const {world} = state
  const random = world.random('replication')
  for (const rule of bucket.replication?.Rules ?? []) {
    if (!applies(rule, key, version)) continue
    const delayMs = DELAY_MS.least + random() * (DELAY_MS.most - DELAY_MS.least)
    const copy = {rule, bucket, key, version, destination: nameOf(rule.Destination?.Bucket)}
    pendingIn(state).add(copy)
    world.clock.at(world.clock.now() + delayMs, () => {
      deliver(state, copy)
    })
  }
}

/** One version on its way. */
interface Copy {
  readonly rule: ReplicationRule
  readonly bucket: Bucket
  readonly key: string
  readonly version: ObjectVersion
  readonly destination: string
}

const waiting = new WeakMap<S3State, Set<Copy>>()

/** Begins to be told with the first rule: a minute's metrics are of what is pending then, 0 too. */
function pendingIn(state: S3State): Set<Copy> {
  const known = waiting.get(state)
  if (known !== undefined) return known
  const pending = new Set<Copy>()
  waiting.set(state, pending)
  state.world.clock.every(METRICS_EVERY_MS, () => {
    tellPending(state, pending)
  })
  return pending
}

/** While a Region can't be reached, or a fault holds the site back, it waits; nothing is given up. */
function deliver(state: S3State, copy: Copy): void {
  const {world} = state
  const to = state.buckets.get(copy.destination)?.region
  if (to !== undefined && (!canReach(world, copy.bucket.region, to) || isStale(world, copy.bucket))) {
    world.clock.at(world.clock.now() + TRIES_AGAIN_MS, () => {
      deliver(state, copy)
    })
    return
  }
  pendingIn(state).delete(copy)
  arrive(state, copy.destination, copy.key, copy.version)
}

function isStale(world: World, {region, name}: Bucket): boolean {
  return world
    .faults('site-stale')
    .some((fault) => [fault.region ?? region, fault.target ?? region].every((one) => one === region || one === name))
}

function tellPending(state: S3State, pending: ReadonlySet<Copy>): void {
  for (const bucket of state.buckets.values()) {
    for (const rule of bucket.replication?.Rules ?? []) {
      if (rule.Destination?.Metrics?.Status !== 'Enabled') continue
      const own = [...pending].filter((copy) => copy.bucket === bucket && copy.rule.ID === rule.ID)
      const dimensions = {SourceBucket: bucket.name, DestinationBucket: nameOf(rule.Destination.Bucket), RuleId: rule.ID ?? ''}
      const about = {region: bucket.region, namespace: 'AWS/S3', dimensions}
      state.world.metrics.observe({...about, metric: 'OperationsPendingReplication', value: own.length})
      state.world.metrics.observe({
        ...about,
        metric: 'BytesPendingReplication',
        value: own.reduce((sum, {version}) => sum + version.body.length, 0),
      })
    }
  }
}

function applies(rule: ReplicationRule, key: string, version: ObjectVersion): boolean {
  if (rule.Status !== 'Enabled' || version.replica) return false
  if (version.deleteMarker && rule.DeleteMarkerReplication?.Status !== 'Enabled') return false
  return key.startsWith(rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? '')
}

/** The bucket may be gone, or no longer keep versions: then it isn't copied, and nobody is told but by metrics. */
function arrive(state: S3State, destination: string, key: string, version: ObjectVersion): void {
  const bucket = state.buckets.get(destination)
  if (bucket?.versioning !== 'Enabled') return
  const known = bucket.objects.get(key) ?? []
  if (known.some((one) => one.id === version.id)) return
  // Copies can overtake each other on their way, versions never.
  const later = known.filter((one) => one.modifiedAt > version.modifiedAt)
  bucket.objects.set(
    key,
    known.filter((one) => !later.includes(one)),
  )
  for (const one of [{...version, replica: true}, ...later]) addVersion(bucket, key, one)
}
