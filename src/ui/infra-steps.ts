/**
 * Folds the steps of a provisioning run into the lines a person follows: everything about one stack is one line, everything about
 * the slots of a Region another, what is made before any stack a third. Pure; knows the journal only, and a step it has never
 * heard of becomes a line of its own.
 */
import type {Event, EventOf} from '../runbooks/engine/event.ts'
import {placed} from './infra-place.ts'
import type {StepState} from './step-lines.ts'

export interface InfraStep {
  readonly id: string
  readonly title: string
  readonly needs: readonly string[]
  readonly state: StepState
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly waitsFor: string | null
  readonly note: string | null
  readonly because: string | null
}

export interface InfraGroup {
  readonly label: string
  /** `main@eu-west-1`, when the line is a stack's. */
  readonly stack: string | null
  readonly steps: readonly InfraStep[]
}

/** The id of the stack that a step is about, if it is about one. */
export const stackOf = (step: string): string | null =>
  /(?:foundation|certificate|main|replica|surge)@[a-z]{2}(?:-[a-z]+)+-\d/.exec(step)?.[0] ?? null

/** Note of a step that found nothing to do. */
export const alreadySo = 'already so'

/** In the order of the plan. */
export function infraGroups(events: readonly Event[]): readonly InfraGroup[] {
  const steps = events.reduce<readonly InfraStep[]>(follow, [])
  const groups = Map.groupBy(steps, (step) => labelOf(step))
  return [...groups].map(([label, members]) => ({label, stack: stackOf(members[0]?.id ?? ''), steps: members}))
}

/** Steps that aren't a stack's own, by their ids; the Region in them tells lines of the same kind apart. */
const places: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/(?:^|-)(?:slot|slots|scaling|zero|live-rule|targets|healthy)\b.*@(.+)$/, ([, region]) => `slots ${region}`],
  [/^(?:service-roles|templates@)/, () => 'ground'],
  [/^alive@(.+)$/, ([, region]) => `foundation ${region}`],
  [/^site@(.+)$/, ([, region]) => `site ${region}`],
  [/^(?:empty|no-bucket)-/, () => 'buckets'],
  [/^no-store-/, () => 'data'],
  [/^no-(?:deletion-)?protection-|^(?:free-)?hosts/, () => 'protections'],
]

export function labelOf({id, title}: Pick<InfraStep, 'id' | 'title'>): string {
  for (const [pattern, label] of places) {
    const found = pattern.exec(id)
    if (found !== null) return label(found)
  }
  const stack = stackOf(id)
  return stack === null ? title : placed(stack)
}

interface Course {
  readonly doing: string
  readonly done: string
  /** It takes a moment: its end is enough. */
  readonly quick: boolean
}

/** The steps that most stacks go through, in words that a title, which says the goal, can't have. */
const courses: readonly (readonly [RegExp, Course])[] = [
  [/^create-/, {doing: 'being made', done: 'there', quick: false}],
  [/^update-/, {doing: 'being updated', done: 'up to date', quick: false}],
  [/^healthy@/, {doing: 'targets of slot a become healthy', done: 'healthy', quick: true}],
  [/^guard-/, {doing: 'being guarded', done: 'guarded', quick: true}],
]

export const courseOf = (step: string): Course | null => courses.find(([pattern]) => pattern.test(step))?.[1] ?? null

function follow(steps: readonly InfraStep[], event: Event): readonly InfraStep[] {
  switch (event.kind) {
    case 'planned':
      return [
        ...steps.map(left),
        ...event.data.steps.map(({id, title, needs}): InfraStep => ({
          id,
          title,
          needs,
          state: 'waiting',
          startedAt: null,
          endedAt: null,
          waitsFor: null,
          note: null,
          because: null,
        })),
      ]
    case 'step-started':
      return changed(steps, event.data.step, (step) => ({
        ...step,
        state: 'running',
        startedAt: step.startedAt ?? event.at,
        endedAt: null,
      }))
    case 'step-observed':
      return changed(steps, event.data.step, (step) => ({...step, waitsFor: event.data.waitsFor ?? step.waitsFor}))
    case 'step-ended':
      return changed(steps, event.data.step, (step) => ended(step, event))
    case 'ended':
      return steps.map(left)
    case 'lease-taken':
    case 'lease-lost':
    case 'asked':
    case 'verdict':
    case 'rule-written':
    case 'armed':
    case 'disarmed':
      return steps
  }
}

function changed(steps: readonly InfraStep[], id: string, change: (step: InfraStep) => InfraStep): readonly InfraStep[] {
  const at = steps.findLastIndex((step) => step.id === id)
  return at === -1 ? steps : steps.map((step, index) => (index === at ? change(step) : step))
}

function ended(step: InfraStep, {at, data}: EventOf<'step-ended'>): InfraStep {
  const over = {...step, startedAt: step.startedAt ?? at, endedAt: at, waitsFor: null}
  if (data.how === 'failed') return {...over, state: 'failed', because: withoutPlace(step.id, data.because)}
  return {
    ...over,
    state: data.how === 'undone' ? 'stopped' : 'done',
    note: data.note ?? (data.how === 'already' ? alreadySo : null),
  }
}

/** The line says already which stack it is. */
export function withoutPlace(step: string, because: string): string {
  const stack = stackOf(step)
  return stack !== null && because.startsWith(`${stack}: `) ? because.slice(stack.length + 2) : because
}

/** The run has ended: what was under way here isn't followed any more (in AWS it goes on), what waited isn't begun. */
function left(step: InfraStep): InfraStep {
  if (step.state === 'running') return {...step, state: 'stopped'}
  return step.state === 'waiting' ? {...step, state: 'skipped'} : step
}
