/**
 * Waits until a metric has been above or below a value for so many whole minutes on end. Only minutes since the step began count that are
 * over (the last one is still being counted), a minute without a datapoint says nothing: it begins anew; and what was so a while ago says
 * nothing about now.
 */
import type {Doing} from '../../../config/runbook.ts'
import {minutes, seconds} from '../../engine/clock.ts'
import {filled} from '../filled.ts'
import {refused} from '../own-step.ts'
import type {Doer, Ground} from '../own-step.ts'
import {regionOf} from './read.ts'

/** A minute that is over is still being added to for a while. */
const settledMs = seconds(30)
/** CloudWatch is two or three minutes late; a metric that has been silent for longer tells nothing about now. */
const staleMs = minutes(5)

type Metric = Extract<Doing, {kind: 'metric'}>
interface Minute {
  readonly at: number
  readonly value: number
}

export function metricStep(does: Metric, ground: Ground): Doer {
  const region = regionOf(does.region, ground)
  return {
    calls: [{action: 'cloudwatch:GetMetricData', region}],
    async poll(world, context) {
      const dimensions = filled(does.dimensions, ground.place, context)
      if (dimensions.kind === 'unknown') return refused(dimensions.because)
      const from = Math.ceil(context.startedAt / minutes(1)) * minutes(1)
      const {namespace, metric, stat} = does
      const read = await world.own.minutes(
        region,
        {namespace, metric, stat, dimensions: dimensions.value},
        from,
        context.now,
        context.signal,
      )
      const over = read.filter(({at}) => at + minutes(1) + settledMs <= context.now)
      const {row, last} = rowAtEnd(does, over)
      const ageMs = last === null ? 0 : context.now - last.at - minutes(1)
      if (ageMs <= staleMs && row * minutes(1) >= does.forMs && last !== null)
        return {kind: 'done', facts: {value: last.value, at: last.at}, note: `${metric} ${last.value}`}
      const said =
        last === null
          ? 'no datapoint yet'
          : ageMs > staleMs
            ? `the newest datapoint is ${Math.round(ageMs / minutes(1))} min old`
            : `${last.value}`
      return {
        kind: 'pending',
        waitsFor: `${metric} ${does.is} ${does.value}: ${said}, ${row} of ${does.forMs / minutes(1)} min`,
        lookAgainAt: context.now + seconds(20),
      }
    },
  }
}

/** How many minutes on end, up to the newest, are on the right side. */
export function rowAtEnd(
  does: Pick<Metric, 'is' | 'value'>,
  read: readonly Minute[],
): {readonly row: number; readonly last: Minute | null} {
  let row = 0
  let next: number | null = null
  for (const {at, value} of read.toReversed()) {
    const good = does.is === 'above' ? value > does.value : value < does.value
    if (!good || (next !== null && next - at !== minutes(1))) break
    row += 1
    next = at
  }
  return {row, last: read.at(-1) ?? null}
}
