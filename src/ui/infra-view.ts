/**
 * The one model between a provisioning run (`infra up`, `infra down`) and every screen: terminal, log, JSON and last words all
 * say what is here. Pure, and it decides nothing: states and reasons are read from the journal,
 * progress from what the steps show.
 */
import {ExitCode} from '../errors.ts'
import type {Event} from '../runbooks/engine/event.ts'
import type {RootCause, StackProgress} from '../runbooks/provision/infra-plan.ts'
import type {InfraInput} from './infra-input.ts'
import {infraInput} from './infra-input.ts'
import type {InfraLive} from './infra-live.ts'
import type {InfraGroup, InfraStep} from './infra-steps.ts'
import {alreadySo, courseOf, infraGroups, labelOf} from './infra-steps.ts'
import {stateTogether} from './state-together.ts'
import type {StepState} from './step-lines.ts'

export type InfraState = 'running' | 'done' | 'failed' | 'halted'

export interface InfraLine {
  readonly label: string
  readonly stack: string | null
  readonly state: StepState
  /** What is under way, in words. */
  readonly doing: readonly string[]
  readonly waitsFor: string | null
  /** Labels of the lines that must be done before. */
  readonly needs: readonly string[]
  readonly note: string | null
  readonly because: string | null
  readonly progress: StackProgress | null
  readonly startedAt: number | null
  readonly durationMs: number | null
}

export interface InfraView {
  readonly run: string
  readonly input: InfraInput
  readonly state: InfraState
  readonly startedAt: number
  readonly endedAt: number | null
  readonly elapsedMs: number
  readonly now: number
  readonly lines: readonly InfraLine[]
  /** Of all stacks that have shown it, or whose creation was planned. */
  readonly resources: {readonly done: number; readonly total: number}
  /** To be made by hand before a certificate is issued. */
  readonly records: StackProgress['records']
  /** What has failed in stacks that are still at work: they fail when the rest has settled. */
  readonly failing: readonly {readonly label: string; readonly path: string; readonly reason: string}[]
  /** Labels on the longest way. */
  readonly criticalPath: readonly string[]
  /** Epoch ms; null when it can't be told. */
  readonly forecastEnd: number | null
  readonly because: string
  /** The first step that failed; `cause` when it could be found out, and this process saw it. */
  readonly failure: {
    readonly label: string
    readonly stack: string | null
    readonly because: string
    readonly at: number
    readonly cause: RootCause | null
  } | null
  readonly exitCode: ExitCode
  readonly hint: string | null
}

const exitCodes: Readonly<Record<InfraState, ExitCode>> = {
  running: ExitCode.stillRunning,
  done: ExitCode.done,
  failed: ExitCode.unexpected,
  halted: ExitCode.halted,
}

export function infraView(events: readonly Event[], live: InfraLive, now: number): InfraView {
  const input = infraInput(events)
  const groups = infraGroups(events)
  const ended = events.findLast((event) => event.kind === 'ended')
  const state = stateOf(ended?.data.outcome)
  const lines = groups.map((group) => lineOf(group, groups, live, ended?.at ?? now))
  const startedAt = events[0]?.at ?? now
  const counts = lines.map((line) => countOf(line, input))
  const failed = groups
    .flatMap(({steps}) => steps)
    .filter(({state: of}) => of === 'failed')
    .toSorted((x, y) => (x.endedAt ?? 0) - (y.endedAt ?? 0))[0]
  const failedLine = failed === undefined ? undefined : lines.find(({label}) => label === labelOf(failed))
  return {
    run: live.run ?? '–',
    input,
    state,
    startedAt,
    endedAt: ended?.at ?? null,
    elapsedMs: Math.max(0, (ended?.at ?? now) - startedAt),
    now,
    lines,
    resources: {done: sum(counts.map(({done}) => done)), total: sum(counts.map(({total}) => total))},
    records: state === 'running' ? lines.flatMap((line) => (line.state === 'running' ? (line.progress?.records ?? []) : [])) : [],
    failing: lines.flatMap(({label, state: at, progress}) =>
      at === 'running' ? (progress?.failed ?? []).map(({path, reason}) => ({label, path, reason})) : [],
    ),
    criticalPath: input.criticalPath.map(({label}) => label),
    forecastEnd: state === 'running' ? forecastEnd(lines, input, now) : null,
    because: ended?.data.because ?? '',
    failure:
      failed === undefined || failedLine === undefined
        ? null
        : {
            label: failedLine.label,
            stack: failedLine.stack,
            because: failed.because ?? '',
            at: failed.endedAt ?? now,
            cause: live.causes.get(failed.id) ?? null,
          },
    exitCode: exitCodes[state],
    hint: live.hint ?? null,
  }
}

function stateOf(outcome: 'promoted' | 'rolled-back' | 'halted' | 'failed' | 'done' | undefined): InfraState {
  switch (outcome) {
    case undefined:
      return 'running'
    case 'halted':
    case 'failed':
      return outcome
    case 'promoted':
    case 'rolled-back':
    case 'done':
      return 'done'
  }
}

function lineOf({label, stack, steps}: InfraGroup, groups: readonly InfraGroup[], live: InfraLive, end: number): InfraLine {
  const running = steps.filter(({state}) => state === 'running')
  const starts = steps.flatMap(({startedAt}) => startedAt ?? [])
  const ends = steps.flatMap(({endedAt}) => endedAt ?? [])
  const state = stateTogether(steps)
  const startedAt = starts.length === 0 ? null : Math.min(...starts)
  return {
    label,
    stack,
    state,
    startedAt,
    doing: running.map(({id, title}) => courseOf(id)?.doing ?? title),
    waitsFor: running.findLast(({waitsFor}) => waitsFor !== null)?.waitsFor ?? null,
    needs: state === 'waiting' || (state === 'running' && running.length === 0) ? openNeeds(steps, groups, label) : [],
    // That a stack is guarded says less of it than what it holds.
    note:
      steps.findLast(({id, note}) => note !== null && note !== alreadySo && !id.startsWith('guard-'))?.note
      ?? (steps.every(({note}) => note === alreadySo) ? alreadySo : null),
    because: steps.find(({because}) => because !== null)?.because ?? null,
    progress: newest(steps, state, live),
    durationMs:
      startedAt === null ? null : Math.max(0, (state === 'running' || ends.length === 0 ? end : Math.max(...ends)) - startedAt),
  }
}

/**
 * Of the step under way; when all is over, the last that any of the line's steps showed.
 * What a step showed says nothing of the next.
 */
function newest(steps: readonly InfraStep[], state: StepState, live: InfraLive): StackProgress | null {
  const speaking = state === 'running' ? steps.filter((step) => step.state === 'running') : steps
  const one = speaking.findLast(({id}) => live.progress.has(id))
  return one === undefined ? null : (live.progress.get(one.id) ?? null)
}

/** What a stack showed last was seen before its end; a quick one shows nothing. */
function countOf({stack, state, progress}: InfraLine, {created}: InfraInput): {readonly done: number; readonly total: number} {
  const total = progress?.total ?? created[stack ?? ''] ?? 0
  return {total, done: state === 'done' ? total : (progress?.done ?? 0)}
}

/** What the next step of the line waits for, by the lines those steps are in. */
function openNeeds(steps: readonly InfraStep[], groups: readonly InfraGroup[], label: string): readonly string[] {
  const next = steps.find(({state}) => state === 'waiting')
  const open = groups.filter(
    (group) =>
      group.label !== label && group.steps.some(({id, state}) => (next?.needs.includes(id) ?? false) && state !== 'done'),
  )
  return open.map((group) => group.label)
}

/** What is left of the longest way: usual times, less what has passed; never less than what is under way usually still takes. */
function forecastEnd(lines: readonly InfraLine[], {criticalPath}: InfraInput, now: number): number | null {
  if (criticalPath.length === 0) return null
  const left = criticalPath.map(({label, seconds}) => {
    const line = lines.find((one) => one.label === label)
    if (line === undefined || line.state === 'waiting') return seconds * 1000
    if (line.state !== 'running') return 0
    const underWay = line.progress?.underWay ?? []
    const slowest = Math.max(0, ...underWay.map(({since, usualSeconds}) => usualSeconds * 1000 - (now - since)))
    return Math.max(slowest, seconds * 1000 - (line.durationMs ?? 0))
  })
  return sum(left) === 0 ? null : now + sum(left)
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
