/** What can be found out before any change: rights, what a Region offers, quotas, the zone. It only reads. */
import type {PreflightPort} from '../../runbooks/provision/ports.ts'
import {deniedActions} from './denied-actions.ts'
import {existing} from './existing.ts'
import {paged} from './paged.ts'
import {quota} from './quotas.ts'
import type {AwsSession} from './session.ts'
import {isMissing} from './translate-error.ts'

type Signal = AbortSignal | undefined

/** `arn`: who we are. */
export function preflight(session: AwsSession, {arn}: {readonly arn: string}): PreflightPort {
  return {
    deniedActions: (actions, signal) => deniedActions(session, arn, actions, signal),
    offeredTypes: (region, types, signal) => offeredTypes(session.inRegion(region), types, signal),
    async zones(region, signal) {
      const answer = await session.inRegion(region).call(
        'ec2',
        'DescribeAvailabilityZones',
        {
          Filters: [
            {Name: 'zone-type', Values: ['availability-zone']},
            {Name: 'state', Values: ['available']},
          ],
        },
        {signal},
      )
      return (answer.AvailabilityZones ?? []).flatMap(({ZoneName}) => ZoneName ?? []).sort()
    },
    quota: (region, service, code, signal) => quota(session.inRegion(region), service, code, signal),
    async hostedZone(id, signal) {
      try {
        const answer = await session.call('route53', 'GetHostedZone', {Id: id}, {signal, resource: id})
        return {
          name: (answer.HostedZone?.Name ?? '').replace(/\.$/, ''),
          private: answer.HostedZone?.Config?.PrivateZone === true,
        }
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },
    existing: (region, type, name, signal) => existing(session.inRegion(region), type, name, signal),
  }
}

/** Instance types, and database classes (`db.…`), which another service tells one by one. */
async function offeredTypes(
  session: AwsSession,
  types: readonly string[],
  signal: Signal,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const classes = types.filter((type) => type.startsWith('db.'))
  const instances = types.filter((type) => !type.startsWith('db.'))
  const [ofInstances, ...ofClasses] = await Promise.all([
    instanceOfferings(session, instances, signal),
    ...classes.map((one) => classOfferings(session, one, signal)),
  ])
  const zones = [...ofInstances, ...ofClasses.flat()]
  return Object.fromEntries(
    types.map((type) => [type, [...new Set(zones.filter((one) => one.type === type).map(({zone}) => zone))].sort()]),
  )
}

interface Offering {
  readonly type: string
  readonly zone: string
}

async function instanceOfferings(session: AwsSession, types: readonly string[], signal: Signal): Promise<readonly Offering[]> {
  if (types.length === 0) return []
  const all = await paged(async (NextToken) => {
    const page = await session.call(
      'ec2',
      'DescribeInstanceTypeOfferings',
      {
        LocationType: 'availability-zone',
        Filters: [{Name: 'instance-type', Values: [...types]}],
        NextToken,
      },
      {signal},
    )
    return {items: page.InstanceTypeOfferings, next: page.NextToken}
  })
  return all.flatMap(({InstanceType, Location}) =>
    InstanceType === undefined || Location === undefined ? [] : [{type: InstanceType, zone: Location}],
  )
}

/** PostgreSQL stands for both engines: classes are offered by Region and zone, hardly ever by engine. */
async function classOfferings(session: AwsSession, type: string, signal: Signal): Promise<readonly Offering[]> {
  const all = await paged(
    async (Marker) => {
      const page = await session.call(
        'rds',
        'DescribeOrderableDBInstanceOptions',
        {Engine: 'postgres', DBInstanceClass: type, Marker},
        {signal, resource: type},
      )
      return {items: page.OrderableDBInstanceOptions, next: page.Marker}
    },
    (page) => page.length > 0,
  )
  return all.flatMap(({AvailabilityZones}) =>
    (AvailabilityZones ?? []).flatMap(({Name}) => (Name === undefined ? [] : [{type, zone: Name}])),
  )
}
