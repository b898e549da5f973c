/** Kill it anywhere and leave it alone: the dead-man's switch brings all traffic to the stable version, and a later resume says so. */
import {describe, expect, it} from 'vitest'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {readRun} from '../../src/runbooks/release/find-run.ts'
import {dying, outcomeOf} from '../support/dying.ts'
import {resume} from '../support/release-bench.ts'

const onStable = [{a: 100, b: 0}]

describe.each(['healthy', 'broken'] as const)('a %s release', (version) => {
  it('killed at any moment, with nobody there, has all traffic on the stable version within the window, and a later resume says so', async () => {
    const whole = await dying(version, null)
    for (const label of whole.labels) {
      const {aws, desk, clock, run, ran} = await dying(version, label)
      expect(ran, label).toBeNull()
      if (run === null) continue
      clock.leap(clock.now() + minutes(11))
      const events = await readRun(desk, run)
      const swapped = events.some((event) => event.kind === 'step-ended' && event.data.step === 'swap')
      expect(swapped ? [...onStable, {a: 0, b: 100}] : onStable, label).toContainEqual(aws.rule.weights)
      const before = aws.rule.weights
      const resumed = await resume(desk, run, aws)
      const outcome = outcomeOf(resumed.events)
      if (before.b === 100) expect(outcome, label).toMatchObject({outcome: 'promoted'})
      else if (wasArmed(events))
        expect(outcome, label).toMatchObject({outcome: 'rolled-back', ...(inRelease(events) && {cause: 'unattended'})})
      expect(aws.rule.weights, label).toEqual(outcome?.outcome === 'promoted' ? {a: 0, b: 100} : {a: 100, b: 0})
      expect(aws.schedule(), label).toBeNull()
    }
  })
})

/** Did the journal know of a switch that nothing has deleted since? */
function wasArmed(events: readonly Event[]): boolean {
  return events.findLast((event) => event.kind === 'armed' || event.kind === 'disarmed')?.kind === 'armed'
}

const inRelease = (events: readonly Event[]): boolean =>
  events.findLast((event) => event.kind === 'planned')?.data.plan === 'release'
