/**
 * Every call of a failover fails once, before and after its effect, for now or for good: the run ends in a named outcome with words;
 * before the point of no return everything is as it was, behind it a resume ends it. In peace that point is the flip: what was promoted
 * in vain by then stays promoted, and is nobody's.
 */
import {describe, expect, it} from 'vitest'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import {shapeOf} from '../support/dying-recovery.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aPromoteInput} from '../support/recovery-bench.ts'
import {aRecovery, begin, endOf, goOn} from '../support/recovery-drive.ts'

const home = 'eu-west-1'

interface Failing {
  readonly call: string
  readonly moment: 'before' | 'after'
  readonly how: 'for now' | 'for good'
}

const stories = {
  unplanned: {
    prepare: (fake: FakeRecovery) => {
      fake.clock.leap(fake.clock.now() + minutes(1))
      fake.kill(home)
      fake.clock.leap(fake.clock.now() + seconds(20))
    },
    input: (fake: FakeRecovery) => aPromoteInput(fake.place, {acceptLossMs: minutes(30)}),
  },
  planned: {
    prepare: () => undefined,
    input: (fake: FakeRecovery) => aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null}),
  },
} as const

const error = ({call, how}: Failing): Error =>
  how === 'for now'
    ? new Unavailable(call, 'throttled')
    : new SluiceError({code: 'aws-refused', exitCode: ExitCode.unexpected, message: `${call} was refused`, suggestions: []})

/** A world in which one call fails once; `seen` collects calls that change or tell something. */
function failing(one: Failing | null, {prepare}: (typeof stories)[keyof typeof stories]) {
  const seen = new Set<string>()
  let left = one === null ? 0 : 1
  let armed = false
  const fake = aRecovery({
    around(moment, call, region) {
      if (!armed || call.startsWith('store.')) return
      const name = `${call} ${region}`
      seen.add(name)
      if (one === null || left === 0 || one.call !== name || one.moment !== moment) return
      left -= 1
      throw error(one)
    },
  })
  prepare(fake)
  const before = shapeOf(aRecovery())
  armed = true
  return {fake, seen, before}
}

type Shape = ReturnType<typeof shapeOf>
/** A record that says so is as good as none. */
const asAtHome = (shape: Shape): Shape => ({...shape, standing: shape.standing ?? home})
const withoutVain = (shape: Shape): Shape => ({...shape, databases: shape.databases.filter(({region}) => region === home)})

describe.each(Object.entries(stories))('%s', (_name, story) => {
  it.each(['for now', 'for good'] as const)(
    'every call fails once, %s',
    async (how) => {
      const whole = failing(null, story)
      const done = await begin(whole.fake, story.input(whole.fake))
      expect(endOf(done)).toBe('done')
      const wanted = shapeOf(whole.fake)
      for (const call of whole.seen) {
        for (const moment of ['before', 'after'] as const) {
          const {fake, before} = failing({call, moment, how}, story)
          const label = `${call} ${moment} ${how}`
          const ran = await begin(fake, story.input(fake))
          const end = endOf(ran)
          if (how === 'for now') expect(`${label}: ${end}`).toBe(`${label}: done`)
          expect(end, label).toMatch(/^(done$|failed: .+|paused: .+)/)
          if (end.startsWith('failed')) {
            const {accepted} = fake.databases
            const inVain = story.input(fake).mode === 'planned' && accepted.length > 0
            expect(accepted, label).toEqual(inVain ? ['promote shop-production@eu-central-1'] : [])
            const [found, wanted] = [asAtHome(shapeOf(fake)), asAtHome(before)]
            expect(inVain ? withoutVain(found) : found, label).toEqual(inVain ? withoutVain(wanted) : wanted)
            expect(end, label).toContain('was refused')
            continue
          }
          const over = end === 'done' ? ran : await goOn(fake, ran.run)
          expect(`${label}: ${endOf(over)}`).toBe(`${label}: done`)
          expect(
            fake.databases.accepted.filter((one) => one.startsWith('promote')),
            label,
          ).toHaveLength(1)
          expect(shapeOf(fake), label).toEqual(wanted)
        }
      }
    },
    240_000,
  )
})
