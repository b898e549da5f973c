/**
 * What was observed, one aggregate per series and minute. It decides nothing about visibility (the CloudWatch service does)
 * and stays bounded: minutes older than a virtual day are dropped (AWS keeps them for 15 days), and a minute's distribution
 * keeps its first values exactly and later ones to three significant digits.
 */
import type {MetricSink} from './contract.ts'

export const MINUTE_MS = 60_000
const KEPT_MS = 24 * 60 * MINUTE_MS
const EXACT_VALUES = 64

export interface MinuteAggregate {
  sum: number
  count: number
  min: number
  max: number
  /** How often each value was seen. */
  readonly values: Map<number, number>
}

export interface MetricSeries {
  readonly region: string
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  /** By start of the minute, virtual epoch ms. */
  readonly minutes: Map<number, MinuteAggregate>
}

export interface SeriesName {
  readonly region: string
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
}

export interface MetricSummary {
  readonly sum: number
  readonly count: number
  readonly min: number
  readonly max: number
}

export interface MetricStore extends MetricSink {
  /** As `observe`, for a value that was seen `count` times. */
  observeCount(point: Parameters<MetricSink['observe']>[0], count: number): void
  /** A summary made elsewhere (`StatisticValues`): it counts, but adds nothing to the distribution. */
  observeSummary(point: Omit<Parameters<MetricSink['observe']>[0], 'value'>, summary: MetricSummary): void
  find(name: SeriesName): MetricSeries | undefined
  all(): Iterable<MetricSeries>
}

export function createMetricStore(now: () => number): MetricStore {
  const series = new Map<string, MetricSeries>()
  let prunedAt = now()

  const prune = (at: number): void => {
    if (at - prunedAt < 10 * MINUTE_MS) return
    prunedAt = at
    for (const [key, one] of series) {
      for (const minute of one.minutes.keys()) if (minute < at - KEPT_MS) one.minutes.delete(minute)
      if (one.minutes.size === 0) series.delete(key)
    }
  }

  /** null: too old to be kept. */
  const aggregateAt = (point: SeriesName & {readonly at?: number}): MinuteAggregate | null => {
    const present = now()
    const at = point.at ?? present
    if (at < present - KEPT_MS) return null
    prune(present)
    const key = seriesKey(point)
    let one = series.get(key)
    if (one === undefined) {
      const {region, namespace, metric, dimensions} = point
      one = {region, namespace, metric, dimensions: {...dimensions}, minutes: new Map()}
      series.set(key, one)
    }
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS
    let aggregate = one.minutes.get(minute)
    if (aggregate === undefined) {
      aggregate = {sum: 0, count: 0, min: Infinity, max: -Infinity, values: new Map()}
      one.minutes.set(minute, aggregate)
    }
    return aggregate
  }

  const observeCount: MetricStore['observeCount'] = (point, count) => {
    if (count <= 0) return
    const aggregate = aggregateAt(point)
    if (aggregate === null) return
    addSummary(aggregate, {sum: point.value * count, count, min: point.value, max: point.value})
    const {values} = aggregate
    const kept = values.size < EXACT_VALUES || values.has(point.value) ? point.value : Number(point.value.toPrecision(3))
    values.set(kept, (values.get(kept) ?? 0) + count)
  }

  const observeSummary: MetricStore['observeSummary'] = (point, summary) => {
    const aggregate = aggregateAt(point)
    if (aggregate !== null) addSummary(aggregate, summary)
  }

  return {
    observe: (point) => {
      observeCount(point, 1)
    },
    observeCount,
    observeSummary,
    find: (name) => series.get(seriesKey(name)),
    all: () => series.values(),
  }
}

function addSummary(aggregate: MinuteAggregate, summary: MetricSummary): void {
  aggregate.sum += summary.sum
  aggregate.count += summary.count
  aggregate.min = Math.min(aggregate.min, summary.min)
  aggregate.max = Math.max(aggregate.max, summary.max)
}

function seriesKey(name: SeriesName): string {
  const dimensions = Object.keys(name.dimensions)
    .sort()
    .map((key) => `${key}=${name.dimensions[key]}`)
  return [name.region, name.namespace, name.metric, ...dimensions].join('\u0000')
}
