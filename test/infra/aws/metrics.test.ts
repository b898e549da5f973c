import {CloudWatchClient, GetMetricDataCommand} from '@aws-sdk/client-cloudwatch'
import type {GetMetricDataCommandInput, MetricDataQuery, MetricDataResult} from '@aws-sdk/client-cloudwatch'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import type {Gate} from '../../../src/config/release-config.ts'
import {metrics} from '../../../src/infra/aws/metrics.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {arns, aSession, awsError, groups, signal} from './a-session.ts'

const cloudwatch = mockClient(CloudWatchClient)
beforeEach(() => cloudwatch.reset())

const settings = {
  method: 'mixed',
  budget: 0.005,
  tolerance: 1.25,
  ratio: 2.5,
  floor: 0.001,
  ceiling: 0.2,
  alpha: 0.005,
  beta: 0.05,
  minMinutes: 3,
} as const
const source = (metric: string) => ({namespace: 'Shop', metric, stat: 'Sum', dimensions: {Slot: metric}})
const gates: readonly Gate[] = [
  {kind: 'errors', name: 'errors', settings},
  {kind: 'latency', name: 'latency', boundMs: 500, settings},
  {
    kind: 'counts',
    name: 'orders',
    requests: {a: source('OrdersA'), b: source('OrdersB')},
    bad: {a: source('LostA'), b: source('LostB')},
    settings,
  },
]
const counts = (wanted: readonly Gate[] = gates) => metrics(aSession(), {loadBalancer: arns.loadBalancer, groups, gates: wanted})

const from = Date.UTC(2026, 0, 1, 12, 0)
const minute = (n: number): Date => new Date(from + 60_000 * n)
type Values = Readonly<Record<string, readonly (readonly [minute: number, value: number])[]>>

/** Answers every query of the call: Complete, with the given values by id. */
function answer(
  values: Values,
  status: MetricDataResult['StatusCode'] = 'Complete',
): (input: GetMetricDataCommandInput) => {MetricDataResults: MetricDataResult[]} {
  return (input) => ({
    MetricDataResults: (input.MetricDataQueries ?? []).map(({Id = ''}) => ({
      Id,
      StatusCode: status,
      Timestamps: (values[Id] ?? []).map(([n]) => minute(n)),
      Values: (values[Id] ?? []).map(([, value]) => value),
    })),
  })
}
const sent = (): GetMetricDataCommandInput[] => cloudwatch.commandCalls(GetMetricDataCommand).map((call) => call.args[0].input)

describe('what is asked', () => {
  test('one call, oldest minute first, raw counts a minute, the end excluded', async () => {
    cloudwatch.on(GetMetricDataCommand).callsFake(answer({}))
    await counts().counts(from, from + 120_000, signal)
    expect(sent()).toHaveLength(1)
    expect(sent()[0]).toMatchObject({StartTime: minute(0), EndTime: minute(2), ScanBy: 'TimestampAscending'})
    expect(
      sent()[0]?.MetricDataQueries?.every((query) => query.Expression === undefined && query.MetricStat?.Period === 60),
    ).toBe(true)
  })

  test('target groups and load balancer are named by the ends of their ARNs', async () => {
    cloudwatch.on(GetMetricDataCommand).callsFake(answer({}))
    await counts().counts(from, from + 60_000, signal)
    const query = (id: string): MetricDataQuery | undefined => sent()[0]?.MetricDataQueries?.find((one) => one.Id === id)
    expect(query('b_requests')?.MetricStat).toEqual({
      Metric: {
        Namespace: 'AWS/ApplicationELB',
        MetricName: 'RequestCount',
        Dimensions: [
          {Name: 'LoadBalancer', Value: 'app/shop/50dc6c495c0c9188'},
          {
            Name: 'TargetGroup',
            Value: 'targetgroup/shop-api-b/83e2d6bc24d8a068',
          },
        ],
      },
      Period: 60,
      Stat: 'Sum',
    })
    expect(query('lb_0')?.MetricStat?.Metric).toEqual({
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'HTTPCode_ELB_502_Count',
      Dimensions: [{Name: 'LoadBalancer', Value: 'app/shop/50dc6c495c0c9188'}],
    })
    expect(query('a_timed')?.MetricStat).toMatchObject({Metric: {MetricName: 'TargetResponseTime'}, Stat: 'SampleCount'})
    expect(query('a_slow')?.MetricStat).toMatchObject({Metric: {MetricName: 'TargetResponseTime'}, Stat: 'TC(0.5:)'})
    expect(query('g2_b_bad')?.MetricStat).toEqual({
      Metric: {Namespace: 'Shop', MetricName: 'LostB', Dimensions: [{Name: 'Slot', Value: 'LostB'}]},
      Period: 60,
      Stat: 'Sum',
    })
  })

  test('nothing about slowness without a latency gate', async () => {
    cloudwatch.on(GetMetricDataCommand).callsFake(answer({}))
    await counts([{kind: 'errors', name: 'errors', settings}]).counts(from, from + 60_000, signal)
    expect(sent()[0]?.MetricDataQueries?.some((query) => query.MetricStat?.Stat?.startsWith('TC') === true)).toBe(false)
  })

  test('more than 500 queries are asked in calls of 500', async () => {
    cloudwatch.on(GetMetricDataCommand).callsFake(answer({}))
    const many = Array.from({length: 130}, (_, n) => ({...gates[2], name: `orders-${n}`}) as Gate)
    await counts(many).counts(from, from + 60_000, signal)
    expect(sent().map((input) => input.MetricDataQueries?.length)).toEqual([500, 37])
  })
})

describe('what is answered', () => {
  test('one entry a minute, null where nothing was published', async () => {
    cloudwatch.on(GetMetricDataCommand).callsFake(
      answer({
        a_requests: [
          [0, 700],
          [1, 720],
        ],
        a_answered2xx: [
          [0, 699],
          [1, 720],
        ],
        a_answered5xx: [[0, 1]],
        b_requests: [[1, 180]],
        b_slow: [[1, 4]],
        lb_0: [[0, 2]],
        lb_2: [[0, 3]],
        g2_a_requests: [[1, 50]],
      }),
    )
    const [first, second, third] = await counts().counts(from, from + 180_000, signal)
    expect(first).toMatchObject({
      at: from,
      a: {requests: 700, answered2xx: 699, answered5xx: 1},
      b: {requests: null, answered5xx: null},
      loadBalancer5xx: 5,
    })
    expect(second).toMatchObject({
      a: {requests: 720, answered5xx: null},
      b: {requests: 180, slow: 4, timed: null},
      loadBalancer5xx: 0,
      custom: {orders: {a: [50, null], b: [null, null]}},
    })
    expect(third).toMatchObject({at: from + 120_000, a: {requests: null}, b: {requests: null}})
  })

  test("pages are put together, and a page that says there is more isn't partial", async () => {
    cloudwatch.on(GetMetricDataCommand).callsFake((input: GetMetricDataCommandInput) =>
      input.NextToken === 'more'
        ? answer({a_requests: [[1, 2]]})(input)
        : {
            ...answer({a_requests: [[0, 1]]}, 'PartialData')(input),
            NextToken: 'more',
          },
    )
    const found = await counts().counts(from, from + 120_000, signal)
    expect(found.map((one) => one.a.requests)).toEqual([1, 2])
  })

  test.each<['PartialData' | 'InternalError']>([['PartialData'], ['InternalError']])(
    "%s at the end isn't evidence",
    async (status) => {
      cloudwatch.on(GetMetricDataCommand).callsFake(answer({a_requests: [[0, 1]]}, status))
      await expect(counts().counts(from, from + 60_000, signal)).rejects.toBeInstanceOf(Unavailable)
    },
  )

  test("a query that CloudWatch left out isn't either", async () => {
    cloudwatch.on(GetMetricDataCommand).resolves({MetricDataResults: []})
    await expect(counts().counts(from, from + 60_000, signal)).rejects.toThrow(/missing/)
  })

  test('a throttled call is looked at again later', async () => {
    cloudwatch.on(GetMetricDataCommand).rejects(awsError('Throttling'))
    await expect(counts().counts(from, from + 60_000, signal)).rejects.toBeInstanceOf(Unavailable)
  })
})
