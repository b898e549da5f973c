/**
 * What of a Region carries certain tags. The index behind it tells of hosts and clusters a while (a host: up to an hour) after their end, so
 * those are asked about themselves; what has ended is left out, and nothing else. Only reads.
 */
import {paged, portions} from '../paged.ts'
import type {AwsSession} from '../session.ts'

type Signal = AbortSignal | undefined

/** DescribeClusters takes no more. */
const clustersPerCall = 100
/** A filter takes no more values. */
const hostsPerCall = 200

export async function taggedResources(
  session: AwsSession,
  tags: Readonly<Record<string, string>>,
  signal: Signal,
): Promise<readonly string[]> {
  const TagFilters = Object.entries(tags).map(([Key, Value]) => ({Key, Values: [Value]}))
  const resource = Object.values(tags).join(' ')
  const all = await paged(async (PaginationToken) => {
    const page = await session.call('tag', 'GetResources', {TagFilters, PaginationToken}, {signal, resource})
    return {items: page.ResourceTagMappingList, next: page.PaginationToken}
  })
  const arns = all.flatMap(({ResourceARN}) => ResourceARN ?? [])
  const [hosts, clusters] = await Promise.all([
    livingHosts(session, arns.filter(isHost).map(nameOf), signal),
    activeClusters(session, arns.filter(isCluster), signal),
  ])
  return arns.filter((arn) => (isHost(arn) ? hosts.has(nameOf(arn)) : isCluster(arn) ? clusters.has(arn) : true))
}

const isHost = (arn: string): boolean => /:ec2:[^:]*:[^:]*:instance\//.test(arn)
const isCluster = (arn: string): boolean => /:ecs:[^:]*:[^:]*:cluster\//.test(arn)
const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

/** By a filter: asked for by its id, one that EC2 has forgotten would be an error. */
async function livingHosts(session: AwsSession, ids: readonly string[], signal: Signal): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    portions(ids, hostsPerCall).map((Values) =>
      paged(async (NextToken) => {
        const Filters = [{Name: 'instance-id', Values: [...Values]}]
        const page = await session.call('ec2', 'DescribeInstances', {Filters, NextToken}, {signal, resource: Values.join(' ')})
        return {items: page.Reservations?.flatMap(({Instances}) => Instances ?? []), next: page.NextToken}
      }),
    ),
  )
  const living = found.flat().filter(({State}) => State?.Name !== 'terminated')
  return new Set(living.flatMap(({InstanceId}) => InstanceId ?? []))
}

async function activeClusters(session: AwsSession, arns: readonly string[], signal: Signal): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    portions(arns, clustersPerCall).map((clusters) =>
      session.call('ecs', 'DescribeClusters', {clusters: [...clusters]}, {signal, resource: clusters.join(' ')}),
    ),
  )
  const active = found.flatMap(({clusters}) => clusters ?? []).filter(({status}) => status !== 'INACTIVE')
  return new Set(active.flatMap(({clusterArn}) => clusterArn ?? []))
}
