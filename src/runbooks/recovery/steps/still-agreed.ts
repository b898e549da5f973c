/**
 * A consent is to the loss as it was measured then. Where the run stood still between the consent and the promotion, the Region that
 * users left may have come back and taken writes: the loss is measured once more before anything begins, and a larger one is asked for
 * again. It pauses rather than waits: whoever gave the consent isn't there any more.
 */
import type {Observed, StepContext} from '../../engine/step.ts'
import {clockTime} from '../measure-loss.ts'
import type {Loss} from '../measure-loss.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {freshMs} from '../watch.ts'
import type {RecoveryStep, Way} from '../way.ts'
import type {Accepted} from './loss.ts'
import {agreement, factsOf} from './loss.ts'
import {comesBack, measureNow} from './measure-now.ts'
import {notSeen} from './old-region.ts'

export function stillAgreed(step: RecoveryStep, way: Way, accepted: Accepted, consent = 'approve'): RecoveryStep {
  const old = notSeen()
  let since: number | null = null
  const again = async (agreedAt: number, world: RecoveryWorld, context: StepContext): Promise<Observed> => {
    const {now, run} = context
    since ??= now
    // What the step that asked has heard of that Region still holds.
    const own = {...context.facts(consent), ...context.own}
    const measured = await measureNow(way, accepted, old, {step: step.id, since}, world, {...context, own})
    if (measured.kind === 'waits')
      return measured.for === comesBack(way.fromRegion)
        ? {kind: 'failed', because: `nothing was promoted: this waits for ${measured.for}`, then: 'pause'}
        : {kind: 'pending', waitsFor: measured.for, lookAgainAt: now + measured.seconds * 1000}
    const {loss, words} = measured
    const agreed = agreement(accepted, loss, context.events)
    if (agreed === null)
      return {
        kind: 'failed',
        because: `the consent of ${clockTime(agreedAt)} was to less: ${words}. Whoever accepts that: sluice dr resume ${run} ${flagFor(loss)}`,
        then: 'pause',
      }
    await context.write('step-observed', {step: consent, facts: {...factsOf(loss), ...agreed}})
    return {kind: 'not-done'}
  }
  return {
    ...step,
    calls: [...step.calls, ...callsOf(way.to.region, 'api.ask', 'database.lag')],
    observe: async (world, context) => {
      const found = await step.observe(world, context)
      const agreedAt =
        context.events.findLast(({kind, data}) => kind === 'step-ended' && data.step === consent)?.at ?? context.now
      if (found.kind !== 'not-done' || context.now - agreedAt <= freshMs) return found
      return again(agreedAt, world, context)
    },
  }
}

const flagFor = ({lossMs}: Loss): string =>
  lossMs === null ? '--accept-unknown-loss' : `--accept-loss ${Math.ceil(lossMs / 1000)}s`
