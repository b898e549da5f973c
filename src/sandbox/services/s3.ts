/** S3: buckets, objects, versions, conditional writes. One namespace over all Regions, each bucket in one of them. */
import type {Service, World} from '../world/contract.ts'
import {bucketOperations} from './s3-buckets.ts'
import {listingOperations} from './s3-listing.ts'
import {objectOperations} from './s3-objects.ts'
import {replicationOperations} from './s3-replication.ts'
import {settingOperations} from './s3-settings.ts'
import type {S3State} from './s3-state.ts'

export function createS3(world: World): Service {
  const state: S3State = {world, buckets: new Map()}
  const onBuckets = {...bucketOperations(state), ...settingOperations(state), ...replicationOperations(state)}
  return {name: 's3', operations: {...onBuckets, ...objectOperations(state), ...listingOperations(state)}}
}
