/**
 * GetMetricData. Periods are aligned, StartTime is inclusive, EndTime exclusive, a period without data is left out, and what
 * isn't published yet isn't there. A page's token remembers when the first page looked, so that pages fit together.
 */
import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  MetricDataQuery,
  MetricDataResult,
  MetricStat,
} from '@aws-sdk/client-cloudwatch'
import {AwsFault} from '../world/contract.ts'
import type {CallContext} from '../world/contract.ts'
import {MINUTE_MS} from '../world/metric-store.ts'
import type {MetricStore, MinuteAggregate} from '../world/metric-store.ts'
import {evaluateExpression, MathError, referencedIds} from './cloudwatch-math.ts'
import type {Series} from './cloudwatch-math.ts'
import type {Publication} from './cloudwatch-publication.ts'
import {dimensionRecord} from './cloudwatch-put.ts'
import {statistic} from './cloudwatch-statistics.ts'

const MOST_QUERIES = 500
const MOST_DATAPOINTS = 100_800

export interface MetricReader {
  readonly store: MetricStore
  readonly isPublished: Publication
  now(): number
}

interface Look {
  readonly reader: MetricReader
  readonly region: string
  readonly start: number
  readonly end: number
  readonly asOf: number
  readonly queries: ReadonlyMap<string, MetricDataQuery>
}

interface Page {
  readonly offset: number
  readonly asOf: number
}

export function getMetricData(reader: MetricReader, input: GetMetricDataInput, call: CallContext): GetMetricDataOutput {
  const page = readToken(input.NextToken, reader.now())
  const look: Look = {
    reader,
    region: call.region,
    asOf: page.asOf,
    start: input.StartTime?.getTime() ?? Number.NaN,
    end: input.EndTime?.getTime() ?? Number.NaN,
    queries: checkedQueries(input),
  }
  if (!(look.start < look.end)) throw validation('The parameter EndTime must be greater than StartTime.')
  const results = [...look.queries.values()]
    .filter((query) => query.ReturnData !== false)
    .map((query): MetricDataResult => {
      const times = [...seriesOf(look, query, [])].sort(([a], [b]) => (input.ScanBy === 'TimestampAscending' ? a - b : b - a))
      return {
        Id: query.Id,
        Label: query.Label ?? query.MetricStat?.Metric?.MetricName ?? query.Id,
        Timestamps: times.map(([time]) => new Date(time)),
        Values: times.map(([, value]) => value),
      }
    })
  return paged(results, page, Math.min(input.MaxDatapoints ?? MOST_DATAPOINTS, MOST_DATAPOINTS))
}

function checkedQueries(input: GetMetricDataInput): ReadonlyMap<string, MetricDataQuery> {
  const queries = input.MetricDataQueries ?? []
  if (queries.length > MOST_QUERIES) {
    throw validation(`The collection MetricDataQueries must not have a size greater than ${MOST_QUERIES}.`)
  }
  const byId = new Map<string, MetricDataQuery>()
  for (const query of queries) {
    const id = query.Id ?? ''
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(id)) {
      throw validation(`The value ${id} for parameter Id is not matching the expected pattern.`)
    }
    if (byId.has(id)) throw validation(`The id ${id} is used more than once.`)
    if ((query.MetricStat === undefined) === (query.Expression === undefined)) {
      throw validation(`${id} needs either a MetricStat or an Expression.`)
    }
    byId.set(id, query)
  }
  return byId
}

function seriesOf(look: Look, query: MetricDataQuery, within: readonly string[]): Series {
  if (query.MetricStat !== undefined) return metricSeries(look, query.MetricStat)
  const id = query.Id ?? ''
  if (within.includes(id)) throw validation(`The expression of ${id} refers to itself.`)
  const source = query.Expression ?? ''
  const periodMs = periodOf(look, query, [])
  const known = (wanted: string): MetricDataQuery => {
    const found = look.queries.get(wanted)
    if (found === undefined) throw new MathError(`There is no id ${wanted}`)
    return found
  }
  try {
    const periods: number[] = []
    for (let at = Math.floor(look.start / periodMs) * periodMs; at < Math.min(look.end, look.asOf); at += periodMs)
      periods.push(at)
    return evaluateExpression(source, {series: (wanted) => seriesOf(look, known(wanted), [...within, id]), periods})
  } catch (error) {
    if (error instanceof MathError) throw validation(`Error in expression '${id}': ${error.message}`)
    throw error
  }
}

/** An expression's period is the largest of what it refers to. */
function periodOf(look: Look, query: MetricDataQuery, within: readonly string[]): number {
  if (query.MetricStat !== undefined) return (query.MetricStat.Period ?? 60) * 1000
  if (within.includes(query.Id ?? '')) return MINUTE_MS
  const inner = referencedIds(query.Expression ?? '').flatMap((id) => look.queries.get(id) ?? [])
  return Math.max((query.Period ?? 60) * 1000, ...inner.map((one) => periodOf(look, one, [...within, query.Id ?? ''])))
}

function metricSeries(look: Look, stat: MetricStat): Series {
  const {Metric: metric, Period: period = 0, Stat: name = ''} = stat
  const compute = statistic(name)
  if (compute === null) throw validation(`The value ${name} for parameter Stat is not supported.`)
  if (period <= 0 || period % 60 !== 0) throw validation(`The sandbox keeps minutes: Period ${period} must be a multiple of 60.`)
  const found = look.reader.store.find({
    region: look.region,
    namespace: metric?.Namespace ?? '',
    metric: metric?.MetricName ?? '',
    dimensions: dimensionRecord(metric?.Dimensions),
  })
  if (found === undefined) return new Map()
  const periodMs = period * 1000
  const start = Math.floor(look.start / periodMs) * periodMs
  const byPeriod = new Map<number, MinuteAggregate[]>()
  for (const [minute, aggregate] of found.minutes) {
    const at = Math.floor(minute / periodMs) * periodMs
    if (at < start || at >= look.end || minute >= look.end || !look.reader.isPublished(found, minute, look.asOf)) continue
    const known = byPeriod.get(at)
    if (known === undefined) byPeriod.set(at, [aggregate])
    else known.push(aggregate)
  }
  return new Map(
    [...byPeriod].flatMap(([at, minutes]) => {
      const value = compute(minutes)
      return value === undefined || !Number.isFinite(value) ? [] : [[at, value] as const]
    }),
  )
}

/** `limit` datapoints over all results; a result that goes on with the next page says PartialData. */
function paged(results: readonly MetricDataResult[], {offset, asOf}: Page, limit: number): GetMetricDataOutput {
  const out: MetricDataResult[] = []
  let at = 0
  let next: number | null = null
  for (const result of results) {
    const size = result.Values?.length ?? 0
    const from = Math.max(offset - at, 0)
    const to = Math.min(offset + limit - at, size)
    const isHere = size === 0 ? (at >= offset && at < offset + limit) || at === offset : to > from
    if (isHere) {
      out.push({
        ...result,
        Timestamps: result.Timestamps?.slice(from, to),
        Values: result.Values?.slice(from, to),
        StatusCode: to < size ? 'PartialData' : 'Complete',
      })
    }
    at += size
    if (at > offset + limit) next = offset + limit
  }
  return {
    MetricDataResults: out,
    Messages: [],
    ...(next !== null && {NextToken: Buffer.from(JSON.stringify({offset: next, asOf})).toString('base64url')}),
  }
}

function readToken(token: string | undefined, now: number): Page {
  if (token === undefined) return {offset: 0, asOf: now}
  try {
    const {offset, asOf} = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Page
    if (Number.isInteger(offset) && Number.isFinite(asOf)) return {offset, asOf}
  } catch {
    // Said below, in CloudWatch's words.
  }
  throw new AwsFault('InvalidNextToken', 'The next token specified is invalid.')
}

function validation(message: string): AwsFault {
  return new AwsFault('ValidationError', message)
}
