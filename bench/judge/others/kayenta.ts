/**
 * Kayenta's judge (Spinnaker, NetflixACAJudge-v1.0) on one metric, the bad fraction a minute, direction "increase". Read from
 * spinnaker/kayenta kayenta-judge: NetflixACAJudge.scala, MannWhitneyClassifier.scala, IQRDetector.scala. Outliers outside
 * 3 interquartile ranges (never inside the 1st to 99th percentile) are dropped from either series; then the 98 % confidence
 * interval of the shift between them (Mann-Whitney, as R's wilcox.test gives it) must not lie above a quarter of the estimated
 * shift. One metric makes a score of 0 or 100, so the score's thresholds don't matter.
 *
 * Choices of ours, where its users choose: judged every 5 minutes over everything since the start. Its guide asks for 50
 * points a metric (spinnaker.io/guides/user/canary/best-practices) and a baseline of the canary's size: 15 points against the
 * whole of stable are fewer and better than it is made for, so this row says what it does here, not what it does in hours.
 * R takes exact ranks where there are no ties; here it is the normal approximation with continuity correction throughout.
 */
import type {Count} from '../../../src/judge/counts.ts'
import type {Decider} from './decision.ts'
import {fraction} from '../../../src/judge/counts.ts'

const everyMinutes = 5
const tolerance = 0.25
/** 99th percentile of the normal distribution: two-sided 98 %. */
const z = 2.3263478740408408

export const kayenta: Decider = ({minutes}) => {
  for (let until = everyMinutes; until <= minutes.length; until += everyMinutes) {
    const seen = minutes.slice(0, until)
    if (isHigh(series(seen.map(({canary}) => canary)), series(seen.map(({stable}) => stable)))) return until
  }
  return null
}

function series(counts: readonly Count[]): readonly number[] {
  return withoutOutliers(counts.filter(({requests}) => requests > 0).map(fraction))
}

function isHigh(experiment: readonly number[], control: readonly number[]): boolean {
  if (experiment.length === 0 || control.length === 0) return false
  const shifts = experiment.flatMap((e) => control.map((c) => e - c)).sort((a, b) => a - b)
  const [m, n] = [experiment.length, control.length]
  const spread = Math.sqrt((m * n * (m + n + 1)) / 12)
  const rank = Math.ceil((m * n) / 2 - 0.5 - z * spread)
  // Too few points for any interval at this confidence: nothing is ever classified.
  const lower = shifts[rank]
  const middle = percentile(shifts, 50)
  return rank >= 0 && lower !== undefined && lower > tolerance * Math.abs(middle)
}

function withoutOutliers(values: readonly number[]): readonly number[] {
  if (values.length === 0) return values
  const sorted = [...values].sort((a, b) => a - b)
  const [p25, p75] = [percentile(sorted, 25), percentile(sorted, 75)]
  const low = Math.min(p25 - 3 * (p75 - p25), percentile(sorted, 1))
  const high = Math.max(p75 + 3 * (p75 - p25), percentile(sorted, 99))
  return values.filter((value) => value >= low && value <= high)
}

/** Between neighbours, at position p·(n+1), as the library Kayenta uses does. */
function percentile(sorted: readonly number[], p: number): number {
  const position = (p / 100) * (sorted.length + 1)
  const below = Math.min(sorted.length, Math.max(1, Math.floor(position)))
  const above = Math.min(sorted.length, below + 1)
  const part = Math.min(1, Math.max(0, position - below))
  return (sorted[below - 1] ?? 0) * (1 - part) + (sorted[above - 1] ?? 0) * part
}
