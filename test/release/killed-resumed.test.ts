/** Kill it anywhere and resume it in time: it ends as if nothing had happened. */
import {describe, expect, it} from 'vitest'
import {dying, shape} from '../support/dying.ts'
import {resume} from '../support/release-bench.ts'

describe.each(['healthy', 'broken'] as const)('a %s release', (version) => {
  it('killed at any moment and resumed in time ends the same way', async () => {
    const whole = await dying(version, null)
    expect(whole.labels.size).toBeGreaterThan(100)
    for (const label of whole.labels) {
      const {aws, desk, run, ran} = await dying(version, label)
      expect(ran, label).toBeNull()
      if (run === null) continue
      const resumed = await resume(desk, run, aws)
      expect(resumed.end, label).toMatchObject({
        kind: 'ended',
        outcome: {outcome: whole.ran?.end.kind === 'ended' ? whole.ran.end.outcome.outcome : ''},
      })
      expect(shape(aws), label).toEqual(shape(whole.aws))
    }
  })
})
