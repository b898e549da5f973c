/** Killed before or after any call, or after any event: whoever resumes ends the same way, and the database is promoted once, the old one restarted once. */
import {describe, expect, it} from 'vitest'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import {dyingRecovery, shapeOf} from '../support/dying-recovery.ts'
import type {Story} from '../support/dying-recovery.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aPlace, aPromoteInput, aSettings, aSurge, surgeSeconds} from '../support/recovery-bench.ts'
import {begin, endOf, factsOf, goOn} from '../support/recovery-drive.ts'

const home = 'eu-west-1'
const loseHome = (fake: FakeRecovery): void => {
  fake.clock.leap(fake.clock.now() + minutes(1))
  fake.kill(home)
  fake.clock.leap(fake.clock.now() + seconds(20))
}
const acceptLossMs = minutes(60)

const stories: Readonly<Record<string, Story>> = {
  'an unplanned failover': {prepare: loseHome, input: (fake) => aPromoteInput(fake.place, {acceptLossMs})},
  'a failover of a Region that answers': {input: (fake) => aPromoteInput(fake.place, {acceptLossMs})},
  'a planned switchover': {input: (fake) => aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null})},
  'a pilot light, flipped by record': {
    options: {place: aPlace('pilot-light'), stackSeconds: surgeSeconds},
    prepare: loseHome,
    input: (fake) => aPromoteInput(fake.place, {acceptLossMs, settings: aSettings({flip: 'record'}), surge: aSurge}),
  },
}

describe.each(Object.entries(stories))('%s', (_name, story) => {
  it('killed anywhere and resumed ends as if it had never died, and never promotes twice', async () => {
    const whole = await dyingRecovery(story, null)
    expect(whole.ran === null ? 'dead' : endOf(whole.ran)).toBe('done')
    const wanted = shapeOf(whole.fake)
    expect(whole.labels.size).toBeGreaterThan(100)
    for (const label of whole.labels) {
      const {fake, run} = await dyingRecovery(story, label)
      // Nothing but the lease was there: the next one begins anew, once that has run out.
      if (run === null) fake.clock.leap(fake.clock.now() + minutes(4))
      const ran = run === null ? await begin(fake, story.input(fake), {}, 'w2') : await goOn(fake, run)
      expect(`${label}: ${endOf(ran)}`).toBe(`${label}: done`)
      expect(
        fake.databases.accepted.filter((one) => one.startsWith('promote')),
        label,
      ).toHaveLength(1)
      expect(fake.databases.restarts, label).toEqual(whole.fake.databases.restarts)
      expect(shapeOf(fake), label).toEqual(wanted)
      if (factsOf(ran.events, 'drained')['lossMs'] !== undefined) expect(factsOf(ran.events, 'report')['lossMs'], label).toBe(0)
    }
  }, 240_000)
})
