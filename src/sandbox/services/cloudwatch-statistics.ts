/**
 * One period's observations into one statistic: Sum, Average, Minimum, Maximum, SampleCount, pNN, tmNN, and TM, TC, TS, PR over
 * ranges. Bounds are exclusive below and inclusive above. It answers nothing where nothing was observed, never a zero.
 */
import type {MinuteAggregate} from '../world/metric-store.ts'

export type Statistic = (minutes: readonly MinuteAggregate[]) => number | undefined

interface Range {
  readonly low: number | undefined
  readonly high: number | undefined
  readonly percent: boolean
}

/** null: not a statistic. */
export function statistic(name: string): Statistic | null {
  switch (name) {
    case 'Sum':
      return (minutes) => sumOf(minutes, (one) => one.sum)
    case 'SampleCount':
      return (minutes) => sumOf(minutes, (one) => one.count)
    case 'Average':
      return (minutes) => sumOf(minutes, (one) => one.sum) / sumOf(minutes, (one) => one.count)
    case 'Minimum':
      return (minutes) => Math.min(...minutes.map((one) => one.min))
    case 'Maximum':
      return (minutes) => Math.max(...minutes.map((one) => one.max))
    case 'IQM':
      return trimmed('TM', {low: 25, high: 75, percent: true})
    default:
      return extended(name)
  }
}

function extended(name: string): Statistic | null {
  const [, short, digits] = /^(p|tm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name) ?? []
  if (short === 'p') return (minutes) => percentile(distribution(minutes), Number(digits))
  if (short !== undefined) return trimmed(short.toUpperCase(), {low: undefined, high: Number(digits), percent: true})
  const number = '(\\d+(?:\\.\\d+)?)'
  const [, kind, low, lowSign, high, highSign] = new RegExp(`^(TM|TC|TS|PR)\\(${number}?(%?):${number}?(%?)\\)$`).exec(name) ?? []
  if (kind === undefined || (low === undefined && high === undefined)) return null
  const percent = (lowSign ?? '') !== '' || (highSign ?? '') !== ''
  const mixed = percent && ((low !== undefined && lowSign === '') || (high !== undefined && highSign === ''))
  if (mixed || (kind === 'PR' && percent)) return null
  return trimmed(kind, {
    low: low === undefined ? undefined : Number(low),
    high: high === undefined ? undefined : Number(high),
    percent,
  })
}

function sumOf(minutes: readonly MinuteAggregate[], pick: (one: MinuteAggregate) => number): number {
  return minutes.reduce((sum, one) => sum + pick(one), 0)
}

type Distribution = readonly (readonly [value: number, count: number])[]

function distribution(minutes: readonly MinuteAggregate[]): Distribution {
  const merged = new Map<number, number>()
  for (const {values} of minutes) for (const [value, count] of values) merged.set(value, (merged.get(value) ?? 0) + count)
  return [...merged].sort(([a], [b]) => a - b)
}

function total(values: Distribution): number {
  return values.reduce((sum, [, count]) => sum + count, 0)
}

/** Linear between the two closest ranks; undefined where only summaries were put. */
function percentile(values: Distribution, percent: number): number | undefined {
  const count = total(values)
  if (count === 0) return undefined
  const rank = (percent / 100) * (count - 1)
  const below = valueAt(values, Math.floor(rank))
  return below + (rank - Math.floor(rank)) * (valueAt(values, Math.ceil(rank)) - below)
}

function valueAt(values: Distribution, rank: number): number {
  let seen = 0
  for (const [value, count] of values) {
    seen += count
    if (rank < seen) return value
  }
  return values.at(-1)?.[0] ?? Number.NaN
}

function trimmed(kind: string, range: Range): Statistic {
  return (minutes) => {
    const all = distribution(minutes)
    const whole = total(all)
    if (whole === 0) return undefined
    const kept = range.percent
      ? betweenRanks(all, ((range.low ?? 0) / 100) * whole, ((range.high ?? 100) / 100) * whole)
      : all.filter(([value]) => value > (range.low ?? -Infinity) && value <= (range.high ?? Infinity))
    const count = total(kept)
    const sum = kept.reduce((so, [value, times]) => so + value * times, 0)
    switch (kind) {
      case 'TC':
        return count
      case 'TS':
        return sum
      case 'PR':
        return (count / whole) * 100
      default:
        return count === 0 ? undefined : sum / count
    }
  }
}

/** The part of the ordered observations between two ranks; a value may be kept in part. */
function betweenRanks(all: Distribution, from: number, to: number): Distribution {
  let seen = 0
  return all
    .map(([value, count]) => {
      const kept = Math.max(0, Math.min(seen + count, to) - Math.max(seen, from))
      seen += count
      return [value, kept] as const
    })
    .filter(([, count]) => count > 0)
}
