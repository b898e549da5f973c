/**
 * Counts per minute from CloudWatch: raw counts only. It never divides, fills or guesses: metric math drops a minute in which
 * one side has no data without saying so, and what a gap means is the judge's business. One GetMetricData serves everything.
 */
import type {MetricDataQuery, MetricDataResult} from '@aws-sdk/client-cloudwatch'
import type {Gate, MetricSource} from '../../config/release-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import type {CountedMinute, Metrics, Slot, SlotMinute} from '../../runbooks/release/ports.ts'
import type {SlotGroups} from './rule-actions.ts'
import type {AwsSession} from './session.ts'

const minuteMs = 60_000
/** GetMetricData takes no more. */
const queriesPerCall = 500
const slots = ['a', 'b'] as const

export interface MetricsInput {
  /** ARNs. */
  readonly loadBalancer: string
  readonly groups: SlotGroups
  readonly gates: readonly Gate[]
}

export function metrics(session: AwsSession, input: MetricsInput): Metrics {
  const queries = queriesFor(input)
  return {
    async counts(from, to, signal) {
      const series = await fetchAll(session, queries, from, to, signal)
      const minutes: CountedMinute[] = []
      for (let at = from; at < to; at += minuteMs) minutes.push(minuteAt(at, series, input.gates))
      return minutes
    },
  }
}

type GrowingSeries = Map<string, Map<number, number>>
type Series = ReadonlyMap<string, ReadonlyMap<number, number>>

const perSlot = [
  ['requests', 'RequestCount', 'Sum'],
  ['answered2xx', 'HTTPCode_Target_2XX_Count', 'Sum'],
  ['answered3xx', 'HTTPCode_Target_3XX_Count', 'Sum'],
  ['answered4xx', 'HTTPCode_Target_4XX_Count', 'Sum'],
  ['answered5xx', 'HTTPCode_Target_5XX_Count', 'Sum'],
  ['connectionErrors', 'TargetConnectionErrorCount', 'Sum'],
  ['timed', 'TargetResponseTime', 'SampleCount'],
] as const satisfies readonly (readonly [keyof SlotMinute, string, string])[]

/** Made by the load balancer, which can't say for which target group. */
const loadBalancerAnswers = ['HTTPCode_ELB_502_Count', 'HTTPCode_ELB_503_Count', 'HTTPCode_ELB_504_Count']

function queriesFor({loadBalancer, groups, gates}: MetricsInput): readonly MetricDataQuery[] {
  const balancer = {LoadBalancer: dimension(loadBalancer, 'loadbalancer/')}
  const latency = gates.find((gate) => gate.kind === 'latency')
  const elb = (Id: string, metric: string, stat: string, dimensions: Readonly<Record<string, string>>): MetricDataQuery =>
    query(Id, {namespace: 'AWS/ApplicationELB', metric, stat, dimensions})
  const ofSlots = slots.flatMap((slot) => {
    const dimensions = {...balancer, TargetGroup: dimension(groups[slot], '')}
    const counted = perSlot.map(([member, metric, stat]) => elb(`${slot}_${member}`, metric, stat, dimensions))
    // The lower end of TC() is exclusive: exactly the bound isn't slow. TargetResponseTime is in seconds.
    return latency === undefined
      ? counted
      : [...counted, elb(`${slot}_slow`, 'TargetResponseTime', `TC(${latency.boundMs / 1000}:)`, dimensions)]
  })
  const ofBalancer = loadBalancerAnswers.map((metric, index) => elb(`lb_${index}`, metric, 'Sum', balancer))
  const own = gates.flatMap((gate, index) =>
    gate.kind !== 'counts'
      ? []
      : slots.flatMap((slot) => [
          query(`g${index}_${slot}_requests`, gate.requests[slot]),
          query(`g${index}_${slot}_bad`, gate.bad[slot]),
        ]),
  )
  return [...ofSlots, ...ofBalancer, ...own]
}

function query(Id: string, source: MetricSource): MetricDataQuery {
  const Dimensions = Object.entries(source.dimensions).map(([Name, Value]) => ({Name, Value}))
  return {
    Id,
    ReturnData: true,
    MetricStat: {Metric: {Namespace: source.namespace, MetricName: source.metric, Dimensions}, Period: 60, Stat: source.stat},
  }
}

/** CloudWatch names things by the end of their ARN: `app/name/id`, `targetgroup/name/id`. */
function dimension(arn: string, without: string): string {
  const resource = arn.split(':').slice(5).join(':')
  return resource.startsWith(without) ? resource.slice(without.length) : resource
}

async function fetchAll(
  session: AwsSession,
  queries: readonly MetricDataQuery[],
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Series> {
  const series: GrowingSeries = new Map()
  for (let first = 0; first < queries.length; first += queriesPerCall) {
    await fetchInto(series, session, queries.slice(first, first + queriesPerCall), from, to, signal)
  }
  return series
}

async function fetchInto(
  series: GrowingSeries,
  session: AwsSession,
  queries: readonly MetricDataQuery[],
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<void> {
  const status = new Map<string, string | undefined>()
  let NextToken: string | undefined
  do {
    const page = await session.call(
      'cloudwatch',
      'GetMetricData',
      {
        MetricDataQueries: [...queries],
        StartTime: new Date(from),
        EndTime: new Date(to),
        ScanBy: 'TimestampAscending',
        ...(NextToken !== undefined && {NextToken}),
      },
      {signal},
    )
    for (const result of page.MetricDataResults ?? []) {
      status.set(result.Id ?? '', result.StatusCode)
      addTo(series, result)
    }
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  // `PartialData` before the last page only means that there is another one; at the end it means that counts are missing.
  for (const {Id} of queries) requireComplete(Id ?? '', status.get(Id ?? ''))
}

function addTo(series: GrowingSeries, result: MetricDataResult): void {
  const known = series.get(result.Id ?? '') ?? new Map<number, number>()
  series.set(result.Id ?? '', known)
  result.Timestamps?.forEach((at, index) => {
    const value = result.Values?.[index]
    if (value !== undefined) known.set(at.getTime(), value)
  })
}

function requireComplete(id: string, status: string | undefined): void {
  if (status === 'Complete') return
  if (status !== 'Forbidden') {
    throw new Unavailable('cloudwatch:GetMetricData', `CloudWatch's answer for ${id} is ${status ?? 'missing'}: not evidence`)
  }
  throw new SluiceError({
    code: 'access-denied',
    exitCode: ExitCode.credentials,
    message: `The present identity may not read the metric of ${id} (cloudwatch:GetMetricData).`,
    suggestions: ['sluice iam policy'],
  })
}

function minuteAt(at: number, series: Series, gates: readonly Gate[]): CountedMinute {
  const value = (id: string): number | null => series.get(id)?.get(at) ?? null
  const slot = (name: Slot): SlotMinute => ({
    requests: value(`${name}_requests`),
    answered2xx: value(`${name}_answered2xx`),
    answered3xx: value(`${name}_answered3xx`),
    answered4xx: value(`${name}_answered4xx`),
    answered5xx: value(`${name}_answered5xx`),
    connectionErrors: value(`${name}_connectionErrors`),
    timed: value(`${name}_timed`),
    slow: value(`${name}_slow`),
  })
  const pair = (index: number, name: Slot): readonly [number | null, number | null] => [
    value(`g${index}_${name}_requests`),
    value(`g${index}_${name}_bad`),
  ]
  const custom = gates.flatMap((gate, index) =>
    gate.kind === 'counts' ? [[gate.name, {a: pair(index, 'a'), b: pair(index, 'b')}] as const] : [],
  )
  return {
    at,
    a: slot('a'),
    b: slot('b'),
    loadBalancer5xx: loadBalancerAnswers.reduce((sum, _, index) => sum + (value(`lb_${index}`) ?? 0), 0),
    custom: Object.fromEntries(custom),
  }
}
