/**
 * A recovery's steps as they stand, folded from its events: one line each, of every plan the run went through; what each took,
 * what it usually still needs, and whether it is stuck. Pure.
 */
import type {Event, EventOf, Facts} from '../runbooks/engine/event.ts'
import type {Usual} from '../runbooks/engine/step.ts'

export type RecoveryStepState = 'waiting' | 'running' | 'done' | 'failed' | 'undone' | 'stopped' | 'skipped'

export interface RecoveryStep {
  /** Name of the plan it is in. */
  readonly plan: string
  readonly id: string
  readonly title: string
  readonly needs: readonly string[]
  readonly pointOfNoReturn: boolean
  readonly usual: Usual | null
  readonly state: RecoveryStepState
  /** It had been so before this run came to it. */
  readonly already: boolean
  /** Its effect was there and has been undone. */
  readonly takenBack: boolean
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly waitsFor: string | null
  readonly note: string | null
  readonly because: string | null
  readonly facts: Facts
}

type SoFar = {-readonly [K in keyof RecoveryStep]: RecoveryStep[K]}

export function recoverySteps(events: readonly Event[]): readonly RecoveryStep[] {
  const plans: (readonly SoFar[])[] = []
  for (const event of events) follow(plans, event)
  return plans.flat()
}

function follow(plans: (readonly SoFar[])[], event: Event): void {
  switch (event.kind) {
    case 'planned':
      leave(plans.at(-1))
      plans.push(event.data.steps.map((step) => begin(event.data.plan, step)))
      return
    case 'step-started':
      return change(plans, event.data.step, (step) => {
        step.startedAt ??= event.at
        step.state = 'running'
        step.endedAt = null
        step.facts = {...step.facts, ...event.data.intent}
      })
    case 'step-observed':
      return change(plans, event.data.step, (step) => {
        step.waitsFor = event.data.waitsFor ?? step.waitsFor
        step.facts = {...step.facts, ...event.data.facts}
      })
    case 'step-ended':
      return change(plans, event.data.step, (step) => end(step, event))
    case 'ended':
      return leave(plans.at(-1))
    case 'lease-taken':
    case 'lease-lost':
    case 'asked':
    case 'verdict':
    case 'rule-written':
    case 'armed':
    case 'disarmed':
      return
  }
}

function begin(plan: string, {id, title, needs, pointOfNoReturn, usual}: EventOf<'planned'>['data']['steps'][number]): SoFar {
  return {
    plan,
    id,
    title,
    needs,
    pointOfNoReturn: pointOfNoReturn === true,
    usual: usual ?? null,
    state: 'waiting',
    already: false,
    takenBack: false,
    startedAt: null,
    endedAt: null,
    waitsFor: null,
    note: null,
    because: null,
    facts: {},
  }
}

/** The newest plan that has such a step is meant: a clean-up has a `remove` too. */
function change(plans: readonly (readonly SoFar[])[], id: string, apply: (step: SoFar) => void): void {
  const step = plans.findLast((steps) => steps.some((one) => one.id === id))?.find((one) => one.id === id)
  if (step !== undefined) apply(step)
}

function end(step: SoFar, {at, data}: EventOf<'step-ended'>): void {
  step.startedAt ??= at
  if (data.how === 'failed') {
    step.endedAt = at
    step.state = 'failed'
    step.because = data.because
    return
  }
  step.facts = {...step.facts, ...data.facts}
  if (data.how === 'undone') return takeBack(step, at)
  step.endedAt = at
  step.state = 'done'
  step.already = data.how === 'already'
  step.note = data.note ?? step.note
}

/** How long it took to do is what is told, not how long it stood before; and what failed has failed, taken back or not. */
function takeBack(step: SoFar, at: number): void {
  step.endedAt ??= at
  step.takenBack = true
  if (step.state !== 'failed') step.state = 'undone'
}

/** Another plan took over, or the run ended: nothing of this one goes on. */
function leave(steps: readonly SoFar[] | undefined): void {
  for (const step of steps ?? []) {
    if (step.state === 'running') step.state = 'stopped'
    if (step.state === 'waiting') step.state = 'skipped'
  }
}

/** How long a step took (so far), by AWS's own timestamps where it has them. */
export function tookMs({facts, startedAt, endedAt}: RecoveryStep, now: number): number {
  const own = facts['tookMs']
  if (typeof own === 'number') return own
  return startedAt === null ? 0 : Math.max(0, (endedAt ?? now) - startedAt)
}

/** What a step usually still needs; nothing where nobody knows what is usual for it. */
export function leftMs(step: RecoveryStep, now: number): number {
  const usual = (step.usual?.p50Seconds ?? 0) * 1000
  switch (step.state) {
    case 'waiting':
      return usual
    case 'running':
      return Math.max(0, usual - (now - (step.startedAt ?? now)))
    case 'done':
    case 'failed':
    case 'undone':
    case 'stopped':
    case 'skipped':
      return 0
  }
}

/** A person is asked, and takes the time that it takes. */
export const asksConsent = ({state, waitsFor}: RecoveryStep): boolean =>
  state === 'running' && waitsFor !== null && waitsFor.startsWith(consentMark)

export const consentMark = 'consent: '

/** Beyond its p90 and still not done; `since`: not counted before that, because nobody went on with it. */
export function stuck(step: RecoveryStep, now: number, since = 0): boolean {
  const {state, startedAt, usual} = step
  return (
    state === 'running'
    && usual !== null
    && startedAt !== null
    && !asksConsent(step)
    && now - Math.max(startedAt, since) > usual.p90Seconds * 1000
  )
}
