/**
 * Takes one step as far as it goes without waiting: observe, write down the intent, start, poll. The journal says "started"
 * before the call is made, so whoever comes next knows that its effect may be there; a start that this process hasn't seen
 * return is observed again before it is made again.
 */
import {SluiceError} from '../../errors.ts'
import type {Clock} from './clock.ts'
import {seconds} from './clock.ts'
import type {Event, EventKind, EventOf, Facts} from './event.ts'
import type {RunState, StepState} from './run-state.ts'
import type {Failed, Pending, Step, StepContext} from './step.ts'
import {Unavailable} from './unavailable.ts'

/** How one step stands at the end of a tick. */
export type Advanced = {readonly kind: 'ended'} | Pending | Failed

/** What advancing a step needs of the run. */
export interface Running<W> {
  readonly world: W
  readonly clock: Clock
  readonly writer: string
  context(step: string, state: RunState): StepContext
  append<K extends EventKind>(kind: K, data: EventOf<K>['data']): Promise<void>
  /** Sees to it that the lease is good for long enough to make a mutating call. */
  secureLease(): Promise<void>
  /** Whether the plan in force takes back everything that began. */
  readonly undoesAll: boolean
  /** Steps whose `start` returned in this process. */
  readonly confirmed: Set<string>
  /** How often in a row a step's calls were unavailable. */
  readonly failures: Map<string, number>
  /** What a waiting step last said; it isn't asked again before its time. */
  readonly waiting: Map<string, Pending>
}

const longMs = seconds(30)

export async function advanceStep<W>(step: Step<W>, state: RunState, running: Running<W>): Promise<Advanced> {
  const present = state.steps.get(step.id)
  if (present?.kind === 'done') return {kind: 'ended'}
  const waiting = running.waiting.get(step.id)
  if (waiting !== undefined && waiting.lookAgainAt > running.clock.now()) {
    return overdue(step, present, waiting, state, running) ?? waiting
  }
  try {
    const result = await advance(step, present, state, running)
    running.failures.delete(step.id)
    if (result.kind === 'pending') running.waiting.set(step.id, result)
    else running.waiting.delete(step.id)
    return overdue(step, present, result, state, running) ?? result
  } catch (error) {
    if (running.undoesAll && error instanceof SluiceError && error.code !== 'journal-corrupt') {
      return {kind: 'failed', because: `${step.title}: ${error.message}`, then: step.atDeadline}
    }
    if (!(error instanceof Unavailable)) throw error
    const pending = backOff(step.id, error, running)
    return overdue(step, present, pending, state, running) ?? pending
  }
}

async function advance<W>(
  step: Step<W>,
  present: StepState | undefined,
  state: RunState,
  running: Running<W>,
): Promise<Advanced> {
  const context = running.context(step.id, state)
  if (!running.confirmed.has(step.id) || present === undefined) {
    const observed = await step.observe(running.world, context)
    switch (observed.kind) {
      case 'done':
        await end(step, present === undefined ? 'already' : 'done', observed.facts, observed.note, running)
        return {kind: 'ended'}
      case 'foreign':
        return {kind: 'failed', because: observed.what, then: 'halt', cause: 'foreign'}
      case 'pending':
      case 'failed':
        return observed
      case 'not-done':
    }
    if (running.undoesAll) requireConsent(step, state)
    await running.secureLease()
    if (present?.kind !== 'started' || present.writer !== running.writer) {
      const intent = step.intent?.(context)
      await running.append('step-started', {step: step.id, ...(intent !== undefined && {intent})})
    }
    // An abort that came in just before what was written: the call is not made, and the next tick takes everything back.
    if (running.undoesAll && isWithdrawn(running.context(step.id, state).events, state)) {
      return {kind: 'pending', waitsFor: 'everything to be taken back', lookAgainAt: running.clock.now()}
    }
    const started = await step.start(running.world, running.context(step.id, state))
    if (started?.facts !== undefined) await running.append('step-observed', {step: step.id, facts: started.facts})
    // Only now: a start whose facts couldn't be written down is made again, or its polls would never know them.
    running.confirmed.add(step.id)
    // Slow calls have made this tick long: the guards come before anything else is asked.
    if (running.clock.now() - context.now > longMs)
      return {kind: 'pending', waitsFor: step.title, lookAgainAt: running.clock.now()}
    return poll(step, started?.facts ?? {}, state, running)
  }
  return poll(step, {}, state, running)
}

function requireConsent<W>({id, pointOfNoReturn, consent}: Step<W>, state: RunState): void {
  if (pointOfNoReturn !== true) return
  if (consent !== undefined && state.facts.get(consent)?.['consent'] === true) return
  throw new Error(`step ${id} can't be taken back, and nobody has agreed to it`)
}

const isWithdrawn = (events: readonly Event[], {abort}: RunState): boolean =>
  abort === null && events.some((event) => event.kind === 'asked' && event.data.wish === 'abort')

async function poll<W>(step: Step<W>, fresh: Facts, state: RunState, running: Running<W>): Promise<Advanced> {
  // A poll may have to write once more what a start wrote: a process that was stalled must not.
  await running.secureLease()
  const context = running.context(step.id, state)
  const polled = await step.poll(running.world, {...context, own: {...context.own, ...fresh}})
  if (polled.kind !== 'done') return polled
  await end(step, 'done', polled.facts, polled.note, running)
  return {kind: 'ended'}
}

async function end<W>(
  step: Step<W>,
  how: 'done' | 'already',
  facts: Facts | undefined,
  note: string | undefined,
  running: Running<W>,
): Promise<void> {
  await running.append('step-ended', {step: step.id, how, ...(facts !== undefined && {facts}), ...(note !== undefined && {note})})
}

/** A deadline that passes is a failure with the step's own direction; it counts from the first start or the last resume. */
function overdue<W>(
  step: Step<W>,
  present: StepState | undefined,
  result: Advanced,
  state: RunState,
  running: Running<W>,
): Failed | null {
  if (present?.kind !== 'started' || result.kind !== 'pending') return null
  const since = Math.max(present.at, state.resumedAt)
  if (running.clock.now() - since <= step.deadlineMs) return null
  const minutes = Math.round(step.deadlineMs / 6000) / 10
  return {
    kind: 'failed',
    because: `${step.title}: not done within ${minutes} min; waiting for ${result.waitsFor}`,
    then: step.atDeadline,
    cause: 'deadline',
  }
}

function backOff<W>(id: string, error: Unavailable, running: Running<W>): Pending {
  const times = (running.failures.get(id) ?? 0) + 1
  running.failures.set(id, times)
  const waitMs = Math.min(seconds(10), seconds(1) * 2 ** (times - 1))
  return {kind: 'pending', waitsFor: `${error.action} to answer (${error.message})`, lookAgainAt: running.clock.now() + waitMs}
}

/** Kept here so that a step's context and the journal agree on what has been written so far. */
export function factsOf(events: readonly Event[], state: RunState, step: string): Facts {
  const facts = state.facts.get(step)
  if (facts === undefined && !events.some((event) => event.kind === 'step-ended' && event.data.step === step)) {
    throw new Error(`step ${step} hasn't ended, so it has no facts yet`)
  }
  return facts ?? {}
}
