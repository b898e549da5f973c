/** Which ECS services of a Region register their tasks with which target group. Reads everything once, in the largest pages. */
import type {AwsSession} from './session.ts'

export interface HoldingService {
  /** Names. */
  readonly cluster: string
  readonly service: string
  readonly container: string | null
}

/** DescribeServices takes no more. */
const servicesPerCall = 10

/** By target group ARN. */
export async function servicesByTargetGroup(
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly HoldingService[]>> {
  const holders = new Map<string, HoldingService[]>()
  for (const cluster of await clusters(session, signal)) {
    const arns = await serviceArns(session, cluster, signal)
    for (let first = 0; first < arns.length; first += servicesPerCall) {
      const answer = await session.call(
        'ecs',
        'DescribeServices',
        {cluster, services: arns.slice(first, first + servicesPerCall)},
        {signal, resource: cluster},
      )
      for (const service of answer.services ?? []) {
        for (const {targetGroupArn, containerName} of service.loadBalancers ?? []) {
          if (targetGroupArn === undefined || service.status === 'INACTIVE') continue
          const holder = {cluster: lastOf(cluster), service: service.serviceName ?? '', container: containerName ?? null}
          holders.set(targetGroupArn, [...(holders.get(targetGroupArn) ?? []), holder])
        }
      }
    }
  }
  return holders
}

async function clusters(session: AwsSession, signal: AbortSignal | undefined): Promise<readonly string[]> {
  const arns: string[] = []
  let nextToken: string | undefined
  do {
    const page = await session.call('ecs', 'ListClusters', nextToken === undefined ? {} : {nextToken}, {signal})
    arns.push(...(page.clusterArns ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return arns
}

async function serviceArns(session: AwsSession, cluster: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  const arns: string[] = []
  let nextToken: string | undefined
  do {
    const page = await session.call(
      'ecs',
      'ListServices',
      {cluster, maxResults: 100, ...(nextToken !== undefined && {nextToken})},
      {signal, resource: cluster},
    )
    arns.push(...(page.serviceArns ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return arns
}

const lastOf = (arn: string): string => arn.split('/').at(-1) ?? arn
