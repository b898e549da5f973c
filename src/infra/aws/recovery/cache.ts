/** The cache of a Region, as far as a recovery asks: a failover never waits for it. Only reads. */
import type {CachePort} from '../../../runbooks/recovery/ports/cache-port.ts'
import type {AwsSession} from '../session.ts'
import {unlessMissing} from '../unless-missing.ts'

export function cache(session: AwsSession): CachePort {
  return {
    async describe(region, ReplicationGroupId, signal) {
      const answer = await unlessMissing(
        session
          .inRegion(region)
          .call('elasticache', 'DescribeReplicationGroups', {ReplicationGroupId}, {signal, resource: ReplicationGroupId}),
      )
      const found = answer?.ReplicationGroups?.[0]
      return found === undefined
        ? null
        : {status: found.Status ?? '', nodes: found.MemberClusters?.length ?? 0, nodeType: found.CacheNodeType ?? ''}
    },
  }
}
