/** A switch that AWS delivers late must not take traffic off the version that is stable by then. */
import {describe, expect, it} from 'vitest'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import {dying, outcomeOf} from '../support/dying.ts'
import {release, resume} from '../support/release-bench.ts'

describe('a switch that is late', () => {
  it('around a promotion never takes traffic off the stable version', async () => {
    const whole = await dying('healthy', null)
    const late = [...whole.labels].filter((label) =>
      /^(shift-100|observe-100|swap|repoint|disarm|release-scale-in)\//.test(label),
    )
    expect(late.length).toBeGreaterThan(10)
    for (const label of late) {
      const {aws, desk, clock, run} = await dying('healthy', label, minutes(4))
      // Due, but not delivered: somebody resumes in between.
      clock.leap(clock.now() + minutes(10) + 30_000)
      const resumed = await resume(desk, run ?? '', aws)
      const stable = outcomeOf(resumed.events)?.outcome === 'promoted' ? {a: 0, b: 100} : {a: 100, b: 0}
      clock.leap(clock.now() + minutes(10))
      expect(aws.rule.weights, label).toEqual(stable)
    }
  })

  it('does not disturb the next release, which waits until it can not come any more', async () => {
    const {aws, desk, clock, run} = await dying('healthy', 'bake-20/metrics.counts/after later', minutes(4))
    clock.leap(clock.now() + minutes(10) + 5_000)
    const unattended = await resume(desk, run ?? '', aws)
    expect(outcomeOf(unattended.events)).toMatchObject({outcome: 'rolled-back', cause: 'unattended'})
    const next = await release(desk, aws, 'shop/api:1.10.0', {previous: unattended})
    expect(next.end).toMatchObject({outcome: {outcome: 'promoted'}})
    expect(aws.rule.weights).toEqual({a: 0, b: 100})
  })
})
