/**
 * What is deleted by the tool because no stack does: the replica's instance, and, only when a person has typed the environment's
 * name for it, the objects in buckets and the buckets. The bucket of state isn't one of them.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import type {DownInput} from '../down-input.ts'
import type {DownWorld} from '../down-ports.ts'

type DownStep = Step<DownWorld>

export const replicaGone = (id: string, region: string): string => `no-replica-${id}@${region}`

export function removeReplica({region, id, finalSnapshot}: DownInput['replicas'][number], needs: readonly string[]): DownStep {
  return {
    id: replicaGone(id, region),
    title: finalSnapshot === null ? `replica ${id} deleted` : `promoted database ${id} deleted, final snapshot ${finalSnapshot}`,
    needs,
    calls: ['rds:DescribeDBInstances', 'rds:DeleteDBInstance', ...(finalSnapshot === null ? [] : ['rds:CreateDBSnapshot'])].map(
      (action) => ({action, region}),
    ),
    deadlineMs: minutes(90),
    atDeadline: 'fail',
    pointOfNoReturn: true,
    observe: async (world, {signal}) =>
      (await world.teardown.database(region, id, signal)) === null ? {kind: 'done'} : {kind: 'not-done'},
    start: async (world, {signal}) => {
      const database = await world.teardown.database(region, id, signal)
      if (database === null || database.status === 'deleting') return
      // Promoted since the plan was shown: it holds data of its own now, and nobody has agreed to anything about that.
      await world.teardown.removeDatabase(
        region,
        id,
        database.replicaOf === null ? (finalSnapshot ?? `${id}-final`) : null,
        signal,
      )
    },
    poll: async (world, {now, signal}) => {
      const database = await world.teardown.database(region, id, signal)
      return database === null
        ? {kind: 'done'}
        : {kind: 'pending', waitsFor: `${id}: ${database.status}`, lookAgainAt: now + seconds(5)}
    },
  }
}

const listing = ['s3:ListBucketVersions', 's3:ListBucket']

export function emptyBucket({region, bucket}: DownInput['buckets'][number], needs: readonly string[]): readonly DownStep[] {
  const empty: DownStep = {
    id: `empty-${bucket}`,
    title: `${bucket} emptied`,
    needs,
    calls: [...listing, 's3:DeleteObject', 's3:DeleteObjectVersion'].map((action) => ({action, region})),
    deadlineMs: minutes(120),
    atDeadline: 'fail',
    pointOfNoReturn: true,
    observe: async (world, {signal}) => {
      const size = await world.ground.bucketSize(region, bucket, signal)
      return size === null || (size.objects === 0 && !size.more) ? {kind: 'done'} : {kind: 'not-done'}
    },
    start: async () => undefined,
    poll: async (world, {now, signal}) => {
      const {deleted, more} = await world.ground.emptyBucket(region, bucket, signal)
      return more
        ? {kind: 'pending', waitsFor: `${bucket} to be empty (${deleted} more deleted)`, lookAgainAt: now}
        : {kind: 'done'}
    },
  }
  const remove: DownStep = {
    id: `no-bucket-${bucket}`,
    title: `${bucket} deleted`,
    needs: [`empty-${bucket}`],
    calls: [...listing, 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:DeleteBucket'].map((action) => ({action, region})),
    deadlineMs: minutes(60),
    atDeadline: 'fail',
    pointOfNoReturn: true,
    observe: async (world, {signal}) =>
      (await world.ground.bucketSize(region, bucket, signal)) === null ? {kind: 'done'} : {kind: 'not-done'},
    start: async (world, {signal}) => {
      // Access logs come late: what was written since it was emptied goes too, and is no reason to fail.
      await world.ground.emptyBucket(region, bucket, signal)
      await world.teardown.removeBucket(region, bucket, signal)
    },
    poll: async () => ({kind: 'done'}),
  }
  return [empty, remove]
}
