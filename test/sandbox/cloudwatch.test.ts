import {CloudWatchClient, GetMetricDataCommand, ListMetricsCommand, PutMetricDataCommand} from '@aws-sdk/client-cloudwatch'
import type {MetricDataQuery, MetricDatum} from '@aws-sdk/client-cloudwatch'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {createCloudWatch} from '../../src/sandbox/services/cloudwatch.ts'
import {aWire} from './a-wire.ts'
import type {AWire} from './a-wire.ts'

const MINUTE = 60_000
const start = Date.parse('2026-01-01T12:00:00Z')

describe('CloudWatch as the unmodified SDK sees it', () => {
  let wire: AWire
  let cloudwatch: CloudWatchClient

  // An hour after the first minute of data: everything put below is long published.
  beforeEach(async () => {
    wire = await aWire([createCloudWatch], {startAt: start + 60 * MINUTE, speed: 1})
    cloudwatch = new CloudWatchClient(wire.client())
  })
  afterEach(async () => {
    cloudwatch.destroy()
    await wire.close()
  })

  const put = async (
    ...data: (Omit<MetricDatum, 'Timestamp' | 'MetricName'> & {minute?: number; metric?: string})[]
  ): Promise<void> => {
    const MetricData = data.map(({minute = 0, metric = 'm', ...rest}) => ({
      MetricName: metric,
      Timestamp: new Date(start + minute * MINUTE),
      ...rest,
    }))
    await cloudwatch.send(new PutMetricDataCommand({Namespace: 'Shop', MetricData}))
  }
  const stat = (Stat: string, metric = 'm', Period = 60): MetricDataQuery => ({
    Id: metric,
    MetricStat: {Metric: {Namespace: 'Shop', MetricName: metric}, Period, Stat},
  })
  const get = async (queries: MetricDataQuery[], window: {from?: number; to?: number; ScanBy?: 'TimestampAscending'} = {}) => {
    const {from = 0, to = 30, ScanBy} = window
    const {MetricDataResults} = await cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(start + from * MINUTE),
        EndTime: new Date(start + to * MINUTE),
        MetricDataQueries: queries,
        ScanBy,
      }),
    )
    return MetricDataResults ?? []
  }
  const one = async (Stat: string): Promise<number | undefined> => (await get([stat(Stat)]))[0]?.Values?.[0]

  it.each([
    ['Sum', 110],
    ['SampleCount', 5],
    ['Average', 22],
    ['Minimum', 1],
    ['Maximum', 100],
    ['p50', 3],
    ['p75', 4],
    ['p100', 100],
    ['p87.5', 52],
    ['TC(:4)', 4],
    ['TC(1:3)', 2],
    ['TC(4:)', 1],
    ['TC(80%:)', 1],
    ['TM(:4)', 2.5],
    ['tm80', 2.5],
    ['TM(20%:80%)', 3],
    ['PR(:3)', 60],
    ['TS(:3)', 6],
    ['TC(0.5:0.9)', 0],
  ])('computes %s', async (Stat, expected) => {
    await put({Values: [1, 2, 3, 4, 100]})
    expect(await one(Stat)).toBeCloseTo(expected, 9)
  })

  it('counts a value as often as Counts says, in sums and in percentiles', async () => {
    await put({Values: [1, 10], Counts: [99, 1]})
    expect(await one('SampleCount')).toBe(100)
    expect(await one('Sum')).toBe(109)
    expect(await one('p90')).toBe(1)
  })

  it('loses nothing of a body that the SDK gzips', async () => {
    const data = Array.from({length: 500}, (_, i) => ({
      minute: i % 20,
      Value: 1,
      Dimensions: [{Name: 'a-rather-long-dimension-name', Value: 'the same for all of them'}],
    }))
    let encoding: string | undefined
    cloudwatch.middlewareStack.add(
      (next) => async (args) => {
        encoding = (args.request as {headers: Record<string, string>}).headers['content-encoding'] ?? encoding
        return next(args)
      },
      {step: 'finalizeRequest', name: 'look-at-encoding'},
    )
    await put(...data)
    expect(encoding).toBe('gzip')
    const query: MetricDataQuery = {
      Id: 'm',
      MetricStat: {
        Metric: {
          Namespace: 'Shop',
          MetricName: 'm',
          Dimensions: [{Name: 'a-rather-long-dimension-name', Value: 'the same for all of them'}],
        },
        Period: 3600,
        Stat: 'Sum',
      },
    }
    expect((await get([query]))[0]?.Values).toEqual([500])
  })

  it('takes summaries, which have no percentiles', async () => {
    await put({StatisticValues: {SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4}})
    expect(await one('Average')).toBe(2.5)
    expect(await one('p50')).toBeUndefined()
  })

  it('leaves periods without data out, aligns periods, and answers newest first unless asked otherwise', async () => {
    await put({minute: 1, Value: 1}, {minute: 3, Value: 3}, {minute: 7, Value: 7})
    expect((await get([stat('Sum')]))[0]?.Values).toEqual([7, 3, 1])
    const [ascending] = await get([stat('Sum', 'm', 300)], {from: 1, ScanBy: 'TimestampAscending'})
    expect(ascending?.Values).toEqual([4, 7])
    expect(ascending?.Timestamps).toEqual([new Date(start), new Date(start + 5 * MINUTE)])
  })

  it('includes StartTime and excludes EndTime', async () => {
    await put({minute: 1, Value: 1}, {minute: 2, Value: 2}, {minute: 3, Value: 3})
    expect((await get([stat('Sum')], {from: 1, to: 3, ScanBy: 'TimestampAscending'}))[0]?.Values).toEqual([1, 2])
  })

  it('keeps dimensions and Regions apart', async () => {
    await put({Value: 1, Dimensions: [{Name: 'Slot', Value: 'a'}]})
    expect((await get([stat('Sum')]))[0]?.Values).toEqual([])
    const elsewhere = new CloudWatchClient(wire.client('eu-central-1'))
    expect((await elsewhere.send(new ListMetricsCommand({Namespace: 'Shop'}))).Metrics).toEqual([])
    expect((await cloudwatch.send(new ListMetricsCommand({Namespace: 'Shop', Dimensions: [{Name: 'Slot'}]}))).Metrics).toEqual([
      {Namespace: 'Shop', MetricName: 'm', Dimensions: [{Name: 'Slot', Value: 'a'}]},
    ])
    elsewhere.destroy()
  })

  it.each([
    ['requests - answered', [4, 1]],
    ['(requests - answered) / requests * 100', [40, 10]],
    ['FILL(bad, 0) + requests', [10, 12]],
    ['FILL(bad, REPEAT)', [2]],
    ['SUM([requests, bad])', [10, 12]],
    ['MAX([requests, answered])', [10, 10]],
    ['requests / SUM(requests)', [0.5, 0.5]],
    ['answered - -1', [7, 10]],
    ['requests + bad', [12]],
    ['1 / (requests - 10)', []],
  ])('evaluates %s', async (Expression, expected) => {
    await put(
      {minute: 0, metric: 'requests', Value: 10},
      {minute: 1, metric: 'requests', Value: 10},
      {minute: 0, metric: 'answered', Value: 6},
      {minute: 1, metric: 'answered', Value: 9},
      {minute: 1, metric: 'bad', Value: 2},
    )
    const inputs = ['requests', 'answered', 'bad'].map((metric) => ({...stat('Sum', metric), ReturnData: false}))
    const results = await get([...inputs, {Id: 'e', Expression, Label: 'the label'}], {to: 2, ScanBy: 'TimestampAscending'})
    expect(results).toMatchObject([{Id: 'e', Label: 'the label', StatusCode: 'Complete'}])
    expect(results[0]?.Values).toEqual(expected)
  })

  it('pages by datapoints, and the pages together are the whole', async () => {
    await put(...Array.from({length: 9}, (_, minute) => ({minute, Value: minute})), {metric: 'other', Value: 5})
    const seen: Record<string, number[]> = {}
    let NextToken: string | undefined
    let pages = 0
    do {
      const page = await cloudwatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(start),
          EndTime: new Date(start + 30 * MINUTE),
          MetricDataQueries: [stat('Sum'), stat('Sum', 'empty'), stat('Sum', 'other')],
          MaxDatapoints: 4,
          NextToken,
          ScanBy: 'TimestampAscending',
        }),
      )
      for (const {Id, Values} of page.MetricDataResults ?? []) (seen[Id ?? ''] ??= []).push(...(Values ?? []))
      NextToken = page.NextToken
      pages += 1
    } while (NextToken !== undefined)
    expect(pages).toBe(3)
    expect(seen).toEqual({m: [0, 1, 2, 3, 4, 5, 6, 7, 8], empty: [], other: [5]})
  })

  it.each<[string, MetricDataQuery[]]>([
    ['more than 500 queries', Array.from({length: 501}, (_, i) => ({...stat('Sum'), Id: `q${i}`}))],
    ['an unknown statistic', [stat('Medium')]],
    ['a period that is no whole minute', [stat('Sum', 'm', 10)]],
    ['the same id twice', [stat('Sum'), stat('Average')]],
    ['an id that begins with a capital', [{...stat('Sum'), Id: 'M'}]],
    ['an expression over an unknown id', [{Id: 'e', Expression: 'nobody + 1'}]],
    ['an expression that refers to itself', [{Id: 'e', Expression: 'e + 1'}]],
    ['a function that is not modelled', [stat('Sum'), {Id: 'e', Expression: 'ANOMALY_DETECTION_BAND(m)'}]],
  ])('refuses %s', async (_, queries) => {
    await expect(get(queries)).rejects.toMatchObject({name: 'ValidationException'})
  })

  it.each<[string, string, MetricDatum]>([
    ["AWS's own namespaces", 'AWS/Shop', {MetricName: 'm', Value: 1}],
    ['a datum with Value and Values', 'Shop', {MetricName: 'm', Value: 1, Values: [1]}],
    ["Counts that don't match", 'Shop', {MetricName: 'm', Values: [1, 2], Counts: [1]}],
    ['a point from three weeks ago', 'Shop', {MetricName: 'm', Value: 1, Timestamp: new Date(start - 21 * 86_400_000)}],
  ])('refuses %s and stores nothing', async (_, Namespace, datum) => {
    await expect(
      cloudwatch.send(new PutMetricDataCommand({Namespace, MetricData: [{MetricName: 'good', Value: 1}, datum]})),
    ).rejects.toThrow(/./)
    expect([...wire.world.metrics.all()]).toEqual([])
  })

  describe('publication', () => {
    // The newest whole minute before now, as CloudWatch would see it `afterEnd` virtual ms after its end.
    const seen = async (afterEnd: number, fault?: {kind: 'late-metrics' | 'no-metrics'; seconds?: number}): Promise<boolean> => {
      const local = await aWire([createCloudWatch], {startAt: start + MINUTE + afterEnd, speed: 1})
      const client = new CloudWatchClient(local.client())
      local.world.metrics.observe({
        region: 'eu-west-1',
        namespace: 'Shop',
        metric: 'm',
        dimensions: {},
        value: 1,
        at: start + 30_000,
      })
      if (fault !== undefined) local.world.setFault(fault)
      const {MetricDataResults} = await client.send(
        new GetMetricDataCommand({
          StartTime: new Date(start),
          EndTime: new Date(start + 10 * MINUTE),
          MetricDataQueries: [stat('Sum')],
        }),
      )
      client.destroy()
      await local.close()
      return MetricDataResults?.[0]?.Values?.length === 1
    }

    it.each<[string, number, {kind: 'late-metrics' | 'no-metrics'; seconds?: number} | undefined, boolean]>([
      ['hides a minute before a minute has passed since its end', 50_000, undefined, false],
      ['shows a minute a minute and a half after its end', 90_500, undefined, true],
      ['hides it for longer under late-metrics', 300_000, {kind: 'late-metrics', seconds: 300}, false],
      ['shows it in the end under late-metrics', 391_000, {kind: 'late-metrics', seconds: 300}, true],
      ['never shows what no-metrics held back', 50_000, {kind: 'no-metrics'}, false],
      ['keeps showing what was published before no-metrics', 300_000, {kind: 'no-metrics'}, true],
    ])('%s', async (_, afterEnd, fault, expected) => {
      expect(await seen(afterEnd, fault)).toBe(expected)
    })
  })
})
