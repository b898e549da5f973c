/**
 * What CloudFormation leaves behind, or can't delete while it is protected: databases, load balancers, buckets. Everything here
 * is asked for by a step that a person has confirmed; nothing is forced, and a primary never goes without its final snapshot.
 */
import type {DBInstance} from '@aws-sdk/client-rds'
import type {Protected, TeardownPort} from '../../runbooks/provision/down-ports.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import {removeStore, storeState} from './data-stores.ts'
import type {AwsSession} from './session.ts'
import {awsErrorName} from './translate-error.ts'
import {unlessMissing} from './unless-missing.ts'

type Signal = AbortSignal | undefined

const attribute = 'deletion_protection.enabled'

export function teardown(session: AwsSession): TeardownPort {
  return {
    deletionProtection: (thing, signal) => deletionProtection(session.inRegion(thing.region), thing, signal),
    async liftDeletionProtection({kind, region, id}, signal) {
      const here = session.inRegion(region)
      if (kind === 'database') {
        await here.call(
          'rds',
          'ModifyDBInstance',
          {DBInstanceIdentifier: id, DeletionProtection: false, ApplyImmediately: true},
          {signal, resource: id},
        )
        return
      }
      await here.call(
        'elasticloadbalancing',
        'ModifyLoadBalancerAttributes',
        {LoadBalancerArn: id, Attributes: [{Key: attribute, Value: 'false'}]},
        {signal, resource: id},
      )
    },
    async database(region, id, signal) {
      const found = await describeDatabase(session.inRegion(region), id, signal)
      if (found === null) return null
      return {status: found.DBInstanceStatus ?? '', replicaOf: found.ReadReplicaSourceDBInstanceIdentifier ?? null}
    },
    async removeDatabase(region, id, finalSnapshot, signal) {
      await unlessMissing(
        session.inRegion(region).call(
          'rds',
          'DeleteDBInstance',
          {
            DBInstanceIdentifier: id,
            ...(finalSnapshot === null
              ? {SkipFinalSnapshot: true}
              : {SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: finalSnapshot}),
            // A replica has no automated backups, and AWS refuses to be told what becomes of them.
            ...(finalSnapshot !== null && {DeleteAutomatedBackups: false}),
          },
          {signal, resource: id},
        ),
      )
    },
    async removeBucket(region, bucket, signal) {
      await unlessMissing(
        session.inRegion(region).call('s3', 'DeleteBucket', {Bucket: bucket}, {signal, resource: bucket}),
      ).catch((error: unknown) => {
        if (awsErrorName(error) === 'BucketNotEmpty')
          throw new Unavailable('s3:DeleteBucket', `${bucket} was written to again`, {cause: error})
        throw error
      })
    },
    store: (store, signal) => storeState(session.inRegion(store.region), store, signal),
    removeStore: (store, signal) => removeStore(session.inRegion(store.region), store, signal),
  }
}

async function deletionProtection(session: AwsSession, {kind, id}: Protected, signal: Signal): Promise<'on' | 'off' | null> {
  if (kind === 'database') {
    const found = await describeDatabase(session, id, signal)
    return found === null ? null : found.DeletionProtection === true ? 'on' : 'off'
  }
  const answer = await unlessMissing(
    session.call('elasticloadbalancing', 'DescribeLoadBalancerAttributes', {LoadBalancerArn: id}, {signal, resource: id}),
  )
  if (answer === null) return null
  return answer.Attributes?.find(({Key}) => Key === attribute)?.Value === 'true' ? 'on' : 'off'
}

async function describeDatabase(session: AwsSession, id: string, signal: Signal): Promise<DBInstance | null> {
  const answer = await unlessMissing(
    session.call('rds', 'DescribeDBInstances', {DBInstanceIdentifier: id}, {signal, resource: id}),
  )
  return answer?.DBInstances?.[0] ?? null
}
