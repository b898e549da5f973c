/**
 * Records and health checks in Route 53, by its control plane: for readiness and the `record` flip, never for the `stop` flip.
 * What is written is written as one batch, whole.
 */
import type {HealthCheckObservation, ResourceRecordSet} from '@aws-sdk/client-route-53'
import {controlPlaneOf} from '../../../runbooks/recovery/port-calls.ts'
import type {NamesPort, RecordState} from '../../../runbooks/recovery/ports/names-port.ts'
import type {AwsSession} from '../session.ts'
import {awsErrorName} from '../translate-error.ts'
import {unlessMissing} from '../unless-missing.ts'

type Signal = AbortSignal | undefined

export function hostedRecords(session: AwsSession): Omit<NamesPort, 'resolve'> {
  const route53 = session.inRegion(controlPlaneOf(session.region))
  return {
    records: (zone, name, signal) => records(route53, zone, name, signal),
    async writeRecords(HostedZoneId, wanted, signal) {
      const answer = await route53.call(
        'route53',
        'ChangeResourceRecordSets',
        {
          HostedZoneId,
          ChangeBatch: {Changes: wanted.map((one) => ({Action: 'UPSERT' as const, ResourceRecordSet: recordSet(one)}))},
        },
        {signal, resource: HostedZoneId},
      )
      return {change: (answer.ChangeInfo?.Id ?? '').replace('/change/', '')}
    },
    async inSync(Id, signal) {
      const answer = await route53.call('route53', 'GetChange', {Id}, {signal, resource: Id})
      return answer.ChangeInfo?.Status === 'INSYNC'
    },
    healthCheck: (id, signal) => healthCheck(route53, id, signal),
  }
}

/** Names are listed in order, beginning with the one asked for. */
async function records(session: AwsSession, HostedZoneId: string, name: string, signal: Signal): Promise<readonly RecordState[]> {
  const wanted = plainName(name)
  interface From {
    readonly name: string
    readonly type?: string
    readonly id?: string
  }
  let from: From | null = {name: wanted}
  const found: RecordState[] = []
  while (from !== null) {
    const at: From = from
    const page = await session.call(
      'route53',
      'ListResourceRecordSets',
      {
        HostedZoneId,
        StartRecordName: at.name,
        ...(at.type !== undefined && {StartRecordType: at.type as 'A'}),
        ...(at.id !== undefined && {StartRecordIdentifier: at.id}),
      },
      {signal, resource: HostedZoneId},
    )
    const sets = page.ResourceRecordSets ?? []
    const ofName = sets.filter(({Name}) => plainName(Name ?? '') === wanted)
    found.push(...ofName.map(recordState))
    const goesOn = page.IsTruncated === true && ofName.length === sets.length && page.NextRecordName !== undefined
    from = goesOn
      ? {
          name: page.NextRecordName ?? '',
          ...(page.NextRecordType !== undefined && {type: page.NextRecordType}),
          ...(page.NextRecordIdentifier !== undefined && {id: page.NextRecordIdentifier}),
        }
      : null
  }
  return found
}

/** Without the dot at its end; Route 53 writes `*` and others as octal. */
const plainName = (name: string): string =>
  name
    .replace(/\.$/, '')
    .replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .toLowerCase()

function recordState(set: ResourceRecordSet): RecordState {
  return {
    name: plainName(set.Name ?? ''),
    type: set.Type ?? '',
    setIdentifier: set.SetIdentifier ?? null,
    failover: set.Failover ?? null,
    healthCheck: set.HealthCheckId ?? null,
    ttlSeconds: set.TTL ?? null,
    aliasTo:
      set.AliasTarget === undefined
        ? null
        : {
            dnsName: plainName(set.AliasTarget.DNSName ?? ''),
            zone: set.AliasTarget.HostedZoneId ?? '',
            evaluatesHealth: set.AliasTarget.EvaluateTargetHealth === true,
          },
    values: (set.ResourceRecords ?? []).flatMap(({Value}) => Value ?? []),
  }
}

function recordSet(record: RecordState): ResourceRecordSet {
  return {
    Name: record.name,
    Type: record.type as 'A',
    ...(record.setIdentifier !== null && {SetIdentifier: record.setIdentifier}),
    ...(record.failover !== null && {Failover: record.failover}),
    ...(record.healthCheck !== null && {HealthCheckId: record.healthCheck}),
    ...(record.aliasTo === null
      ? {TTL: record.ttlSeconds ?? 60, ResourceRecords: record.values.map((Value) => ({Value}))}
      : {
          AliasTarget: {
            DNSName: record.aliasTo.dnsName,
            HostedZoneId: record.aliasTo.zone,
            EvaluateTargetHealth: record.aliasTo.evaluatesHealth,
          },
        }),
  }
}

/** Route 53 takes an endpoint for healthy when more than this share of its checkers does. */
const healthyShare = 0.18

/** A calculated check has no observations: how it stands can't be read, and it isn't called healthy. */
async function healthCheck(session: AwsSession, HealthCheckId: string, signal: Signal): ReturnType<NamesPort['healthCheck']> {
  const found = await unlessMissing(session.call('route53', 'GetHealthCheck', {HealthCheckId}, {signal, resource: HealthCheckId}))
  const config = found?.HealthCheck?.HealthCheckConfig
  if (config === undefined) return null
  const inverted = config.Inverted === true
  const seen = await observations(session, HealthCheckId, signal)
  if (seen.length === 0) return {inverted, healthy: false}
  const good = seen.filter(({StatusReport}) => StatusReport?.Status?.startsWith('Success') === true).length
  return {inverted, healthy: good / seen.length > healthyShare !== inverted}
}

async function observations(
  session: AwsSession,
  HealthCheckId: string,
  signal: Signal,
): Promise<readonly HealthCheckObservation[]> {
  try {
    const answer = await unlessMissing(
      session.call('route53', 'GetHealthCheckStatus', {HealthCheckId}, {signal, resource: HealthCheckId}),
    )
    return answer?.HealthCheckObservations ?? []
  } catch (error) {
    if (awsErrorName(error) === 'InvalidInput') return []
    throw error
  }
}
