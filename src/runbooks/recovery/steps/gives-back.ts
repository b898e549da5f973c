/**
 * The commit window: between the fence and the flip of a planned move users are refused, and everything of theirs is still where they
 * were, because the other Region has taken no row of a user, promoted or not. So nothing here waits for long and nothing pauses: what
 * doesn't come in time is taken back, and users are served again by the Region that has the data, whoever watches or nobody. It must
 * not be used behind the flip, nor in an outage, where there is nobody to go back to.
 */
import {SluiceError} from '../../../errors.ts'
import {minutes} from '../../engine/clock.ts'
import type {Observed, Polled, StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import {writeCommits} from '../ask-api.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {closed} from './fence.ts'
import {flip} from './flip.ts'

/** A Region that says nothing for so long, and however often it is asked, isn't waited for by users. */
const silentMs = minutes(3)
const leastTries = 6
/** What has to be there before a step can begin (a backup that ends) is waited for so long. */
const beginsWithinMs = minutes(5)

/** Who goes back where, when it fails, and what a person does then. */
export interface Back {
  /** Region that has everything. */
  readonly from: string
  readonly to: string
  readonly next: string
}

export function givesBack(back: Back, step: RecoveryStep, deadlineMs = step.deadlineMs): RecoveryStep {
  const {from, to} = back
  const silence: Silence = {since: null, tries: 0, error: null}
  let waited = 0
  const heard = <T extends Observed | Polled>(answer: T) => {
    // A step that asks nothing before it starts has heard nothing.
    if (answer.kind !== 'not-done') Object.assign(silence, {since: null, tries: 0})
    return answer.kind === 'failed' ? failed(`${answer.because}; ${goesBack(back)}`) : answer
  }
  const silent = ({now}: StepContext) =>
    silence.since !== null && now - silence.since >= silentMs && silence.tries >= leastTries
      ? failed(
          `${to} hasn't answered for ${minutesOf(now - silence.since)} min (${silence.error?.message ?? ''}) while users of ${from} are refused; ${goesBack(back)}`,
        )
      : null
  return {
    ...step,
    deadlineMs,
    atDeadline: 'fail',
    observe: async (world, context) => {
      const over = silent(context)
      if (over !== null) return over
      const observed = await listening(silence, context, () => step.observe(world, context))
      if (observed.kind !== 'pending' || isBegun(step, context)) return heard(observed)
      waited += 1
      if (waited < leastTries || context.now - readyAt(step, context) < beginsWithinMs) return heard(observed)
      return failed(
        `${step.title}: can't begin for ${minutesOf(beginsWithinMs)} min: waits for ${observed.waitsFor}; ${goesBack(back)}`,
      )
    },
    start: (world, context) => listening(silence, context, () => step.start(world, context)),
    poll: async (world, context) => silent(context) ?? heard(await listening(silence, context, () => step.poll(world, context))),
  }
}

const isBegun = ({id}: RecoveryStep, {events}: StepContext): boolean =>
  events.some((event) => event.kind === 'step-started' && event.data.step === id)

interface Silence {
  since: number | null
  tries: number
  error: Error | null
}

/** What isn't answered is asked again by the engine, and counted here. */
async function listening<T>(silence: Silence, {now}: StepContext, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Unavailable) Object.assign(silence, {since: silence.since ?? now, tries: silence.tries + 1, error})
    throw error
  }
}

const failed = (because: string) => ({kind: 'failed', because, then: 'fail', cause: 'deadline'}) as const
const minutesOf = (ms: number): number => Math.round(ms / minutes(1))
const goesBack = ({from, next}: Back): string => `users go back to ${from}, which has everything. ${next}`

/** When what it needs had ended, or somebody went on with the run: from then on users wait for it. */
function readyAt({needs}: RecoveryStep, {events, now}: StepContext): number {
  const ats = events.flatMap((event) =>
    (event.kind === 'step-ended' && needs.includes(event.data.step)) || (event.kind === 'asked' && event.data.wish === 'resume')
      ? [event.at]
      : [],
  )
  return ats.length === 0 ? now : Math.max(...ats)
}

/** The point of no return: from here on the other Region takes rows of users. It is asked for a write once more, or users stay. */
export function flipGivesBack(back: Back, way: Way, placed: Placed): RecoveryStep {
  const {place, settings, to} = way
  const step = flip(way, placed)
  const asked: RecoveryStep = {
    ...step,
    observe: async (world: RecoveryWorld, context: StepContext): Promise<Observed> => {
      const observed = await step.observe(world, context)
      if (observed.kind !== 'not-done' || isBegun(step, context)) return observed
      if (await wasOpened(way, world, context))
        return {
          kind: 'failed',
          because: `somebody has opened ${back.from} since it was fenced, and users may have written there`,
          then: 'fail',
        }
      const {committed} = await writeCommits(world, regionalName(place, to.region), {settings, signal: context.signal})
      if (committed) return observed
      return {kind: 'pending', waitsFor: `a write through ${regionalName(place, to.region)}`, lookAgainAt: context.now + 2000}
    },
  }
  const bounded = givesBack(back, asked)
  const looks = callsOf(way.fromRegion, 'fence.liveRule', 'fence.ingress')
  return {
    ...step,
    calls: [...step.calls, ...looks],
    observe: async (world, context) => {
      try {
        return await bounded.observe(world, context)
      } catch (error) {
        // Begun, it goes on or pauses like every step behind the point of no return; refused before, nobody has been sent anywhere.
        if (!(error instanceof SluiceError) || isBegun(step, context)) throw error
        return failed(`${step.title}: ${error.message}; ${goesBack(back)}`)
      }
    },
    pointOfNoReturn: true,
    consent: 'approve',
  }
}

/** By hand, while this run couldn't go on: then what the other Region has isn't all. One that says nothing lets nobody in either. */
async function wasOpened({from}: Way, world: RecoveryWorld, {signal}: StepContext): Promise<boolean> {
  if (from === null) return false
  try {
    const [rule, ingress] = await Promise.all([
      world.fence.liveRule(from.region, from.listener, from.targetGroups, signal),
      world.fence.ingress(from.region, from.databaseGroup, signal),
    ])
    return (rule !== null && rule.fixed === null) || !closed(ingress)
  } catch (error) {
    if (error instanceof Unavailable) return false
    throw error
  }
}
