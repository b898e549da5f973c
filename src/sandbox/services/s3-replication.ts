/**
 * Replication: what is written to a bucket turns up in another one a few seconds later, delete markers too where a rule says so.
 * Only what is written after the rule is copied, a replica is copied on by nobody, and deleting one version is never copied.
 */
import type {GetBucketReplicationOutput, PutBucketReplicationRequest, ReplicationRule} from '@aws-sdk/client-s3'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Operation} from '../world/contract.ts'
import {addVersion, bucketOf} from './s3-state.ts'
import type {Bucket, ObjectVersion, S3State} from './s3-state.ts'

/** Virtual ms. */
const DELAY_MS = {least: 2000, most: 8000}

export function replicationOperations(state: S3State): Readonly<Record<string, Operation>> {
  return {
    PutBucketReplication: ({Bucket: name, ReplicationConfiguration}: PutBucketReplicationRequest, call: CallContext) => {
      const bucket = bucketOf(state, name ?? '', call)
      if (bucket.versioning !== 'Enabled') {
        throw new AwsFault(
          'InvalidRequest', 'Versioning must be \'Enabled\' on the bucket to apply a replication configuration', 400,
        )
      }
      for (const rule of ReplicationConfiguration?.Rules ?? []) checkDestination(state, rule)
      bucket.replication = ReplicationConfiguration
      return {}
    },
    GetBucketReplication: ({Bucket: name}: {readonly Bucket: string}, call: CallContext): GetBucketReplicationOutput => {
      const {replication} = bucketOf(state, name, call)
      if (replication === undefined) {
        throw new AwsFault(
          'ReplicationConfigurationNotFoundError', 'The replication configuration was not found', 404, {BucketName: name},
        )
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
    world.clock.at(world.clock.now() + delayMs, () => { arrive(state, nameOf(rule.Destination?.Bucket), key, version) })
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
  bucket.objects.set(key, known.filter((one) => !later.includes(one)))
  for (const one of [{...version, replica: true}, ...later]) addVersion(bucket, key, one)
}
