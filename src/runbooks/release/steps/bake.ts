/**
 * Holds a weight while the judge looks, once a settled minute. Everything it decides is in `decide`; this only gathers what
 * that needs, writes the verdict down, and turns the decision into the step's answer.
 */
import type {ReleaseStep} from '../../../config/release-config.ts'
import {minutes} from '../../engine/clock.ts'
import type {Polled, Step, StepContext} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {canaryExits} from '../canary-exits.ts'
import {decide} from '../decide.ts'
import type {Observation} from '../decide.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import {look} from '../look.ts'
import type {Look} from '../look.ts'
import {minuteMs, nextSettledAt, requestsOn, unexplained5xx} from '../measure.ts'
import type {ReleaseWorld} from '../ports.ts'
import {promoteWish} from '../promote-wish.ts'
import {runCounts} from '../run-counts.ts'
import type {RunCounts} from '../run-counts.ts'
import {resumedAt, weightSince} from '../weight-since.ts'

export function bake(input: ReleaseInput, step: ReleaseStep): Step<ReleaseWorld> {
  return {
    id: `bake-${step.weight}`,
    title: `${step.weight} % judged`,
    needs: [`share-${step.weight}`],
    calls: call(
      input,
      'cloudwatch:GetMetricData',
      'elasticloadbalancing:DescribeTargetHealth',
      'ecs:ListTasks',
      'ecs:DescribeTasks',
    ),
    deadlineMs: step.atMostMs + step.holdMs + minutes(15),
    atDeadline: 'pause',
    observe: async (_world, context) => {
      const wish = promoteWish(context.events)
      // Of a step that has begun the judge is asked first: harm that is proven by now goes before anybody's wish.
      return wish === null || hasBegun(context, step) ? {kind: 'not-done'} : {kind: 'done', note: wish}
    },
    start: async () => undefined,
    poll: async (world, context) => {
      const counts = await runCounts(world, input, context, weightSince(context.events, context.startedAt))
      const now = world.awsTime()
      const lookAgainAt = context.now + nextSettledAt(now) - now
      const wish = promoteWish(context.events)
      if (counts.minutes.length === 0 && wish !== null) return {kind: 'done', note: wish}
      if (counts.stepFrom >= counts.minutes.length && wish === null) {
        return {kind: 'pending', waitsFor: 'the first settled minute', lookAgainAt}
      }
      const seen = look({
        ...counts,
        gates: input.config.gates,
        needed: step.gates,
        canary: canarySlot(input),
        stable: input.stableSlot,
      })
      await context.write('verdict', verdictEvent(input, step, counts, seen))
      return answer(await observe(world, input, step, context, counts, seen), seen, lookAgainAt)
    },
  }
}

const hasBegun = (context: StepContext, step: ReleaseStep): boolean =>
  context.events.some((event) => event.kind === 'step-started' && event.data.step === `bake-${step.weight}`)

function verdictEvent(input: ReleaseInput, step: ReleaseStep, counts: RunCounts, seen: Look) {
  const inStep = counts.minutes.slice(counts.stepFrom)
  const canary = requestsOn(canarySlot(input), inStep)
  const all = canary + requestsOn(input.stableSlot, inStep)
  return {
    step: `bake-${step.weight}`,
    weight: step.weight,
    verdict: seen.verdict,
    minute: seen.minute,
    gates: seen.gates,
    observedShare: all === 0 ? null : canary / all,
    reason: seen.reason,
  }
}

async function observe(
  world: ReleaseWorld,
  input: ReleaseInput,
  step: ReleaseStep,
  context: StepContext,
  counts: RunCounts,
  seen: Look,
): Promise<Observation> {
  const stable = seen.verdict === 'fail' ? await world.targets.health(input.stableSlot, context.signal) : null
  const {history, minutes: judged, stepFrom} = counts
  const runRequests = requestsOn('a', judged) + requestsOn('b', judged)
  const historyRequests = requestsOn('a', history) + requestsOn('b', history)
  const unexplained = unexplained5xx(judged)
  return {
    look: seen,
    judgedMs: (judged.length - stepFrom) * minuteMs,
    holdMs: step.holdMs,
    ageMs: context.now - Math.max(context.startedAt, resumedAt(context.events)),
    atMostMs: step.atMostMs,
    promoteWish: promoteWish(context.events),
    silentMinutes: silentMinutes(input, counts),
    loadBalancer: {
      unexplained,
      expected: historyRequests === 0 ? 0 : (unexplained5xx(history) * runRequests) / historyRequests,
    },
    canaryExits: unexplained === 0 ? 0 : (await canaryExits(world, input, context)).length,
    stableHealthy: stable === null ? null : stable.filter((target) => target.state === 'healthy').length,
  }
}

function silentMinutes(input: ReleaseInput, {minutes: judged, stepFrom}: RunCounts): number {
  const silent = (at: number): boolean =>
    (judged[at]?.[input.stableSlot].requests ?? 0) > 0 && (judged[at]?.[canarySlot(input)].requests ?? 0) === 0
  let count = 0
  for (let at = judged.length - 1; at >= stepFrom && silent(at); at -= 1) count += 1
  return count
}

function answer(observation: Observation, seen: Look, lookAgainAt: number): Polled {
  const decision = decide(observation)
  switch (decision.kind) {
    case 'wait':
      return {kind: 'pending', waitsFor: decision.because, lookAgainAt}
    case 'advance':
      return {kind: 'done', note: decision.because, facts: {minute: seen.minute}}
    case 'pause':
      return {kind: 'failed', because: decision.because, then: 'pause'}
    case 'roll-back':
      return {kind: 'failed', because: decision.because, then: 'roll-back', cause: 'verdict'}
    case 'halt':
      return {kind: 'failed', because: decision.because, then: 'halt', cause: 'verdict'}
  }
}
