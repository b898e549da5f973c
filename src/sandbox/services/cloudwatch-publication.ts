/**
 * When a minute can be seen. CloudWatch publishes a minute about one to one and a half minutes after its end, each metric at
 * its own moment, so that a reader can find a numerator without its denominator. Nothing may be visible earlier.
 */
import type {World} from '../world/contract.ts'
import {MINUTE_MS} from '../world/metric-store.ts'
import type {MetricSeries} from '../world/metric-store.ts'

const DELAY_MS = 60_000
const JITTER_MS = 30_000

/** Whether `minute` of the series could be seen at `asOf` (both virtual epoch ms). */
export type Publication = (series: MetricSeries, minute: number, asOf: number) => boolean

export function createPublication(world: World): Publication {
  const salt = Math.floor(world.random('publication')() * 0x1_0000_0000)
  return (series, minute, asOf) => {
    const concerned = (kind: 'late-metrics' | 'no-metrics') =>
      world.faults(kind).filter((fault) => fault.region === undefined || fault.region === series.region)
    const lateMs = concerned('late-metrics').reduce((sum, fault) => sum + (fault.seconds ?? 60) * 1000, 0)
    const publishedAt = minute + MINUTE_MS + DELAY_MS + jitter(salt, series.metric, minute) * JITTER_MS + lateMs
    if (publishedAt > asOf) return false
    return !concerned('no-metrics').some((fault) => publishedAt > (fault.setAt ?? -Infinity))
  }
}

/** In [0, 1), the same for every look at the same minute. */
function jitter(salt: number, metric: string, minute: number): number {
  let value = (salt ^ (minute / MINUTE_MS)) >>> 0
  for (let i = 0; i < metric.length; i += 1) value = Math.imul(value ^ metric.charCodeAt(i), 0x01000193) >>> 0
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0
  return ((value ^ (value >>> 13)) >>> 0) / 0x1_0000_0000
}
