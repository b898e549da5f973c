/**
 * Begins, resumes and answers runs of a team's own runbooks: lease, journal, event 0, then the engine's loop. Whoever answers a waiting
 * step needs no lease: the answer is an event, and whoever ticks obeys it. Knows nothing of commands or AWS.
 */
import type {Extension, OwnStep} from '../../config/runbook.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Desk} from '../engine/desk.ts'
import type {Event, Facts, Wish} from '../engine/event.ts'
import {beginRun, driveHeld, openRun, writeHeld} from '../engine/held-run.ts'
import type {HeldRun, RunWatching} from '../engine/held-run.ts'
import {holdLease} from '../engine/hold-lease.ts'
import {isHeld, readLease} from '../engine/lease.ts'
import type {HeldLease, Lease} from '../engine/lease.ts'
import {patiently} from '../engine/patience.ts'
import type {RunEnd} from '../engine/run-end.ts'
import {runId} from '../engine/run-id.ts'
import {runState} from '../engine/run-state.ts'
import {waitOutLease} from '../engine/wait-out-lease.ts'
import {writeWish} from '../engine/write-wish.ts'
import {customRunbook} from './custom-plan.ts'
import {customPlanName, runbookTarget} from './input.ts'
import type {RunbookInput} from './input.ts'
import type {OwnWorld} from './ports.ts'

export interface CustomWatching extends RunWatching {
  readonly onRun?: (run: string, events: readonly Event[]) => void
}

export interface CustomRan {
  readonly run: string
  readonly input: RunbookInput
  readonly events: readonly Event[]
  readonly end: RunEnd
}

export interface FoundCustomRun {
  readonly run: string
  readonly input: RunbookInput
  readonly events: readonly Event[]
  readonly lease: Lease | null
}

const targetOf = ({runbook, place}: RunbookInput): string => runbookTarget(runbook.name, place)

/** A new run. Throws `lease-held` or `run-unfinished`, exit 7. */
export async function startCustom(
  desk: Desk,
  input: RunbookInput,
  world: OwnWorld,
  watching: CustomWatching,
): Promise<CustomRan> {
  const target = targetOf(input)
  const lease = await patiently(desk.clock, () => readLease(desk.store, target))
  if (lease !== null && isHeld(lease, desk.clock.now())) throw heldError(lease)
  const before = lease === null ? [] : (await openRun(desk, lease.run)).events
  if (lease !== null && before.length > 0 && runState(before).ended === null) throw unfinished(lease)
  const run = runId(desk.clock, desk.ids)
  const held = await hold(desk, target, run, input)
  watching.onRun?.(run, [])
  const begun = await beginRun(desk, {run, held}, {runbook: customRunbook(input), input}, watching)
  return drive(desk, begun, input, world, watching)
}

/** Goes on with a run on this machine, from its journal alone. */
export async function resumeCustom(
  desk: Desk,
  {run, input}: Pick<FoundCustomRun, 'run' | 'input'>,
  world: OwnWorld,
  watching: CustomWatching,
): Promise<CustomRan> {
  const target = targetOf(input)
  const held = await takeOver(desk, target, run, input, watching.detach)
  const before = await openRun(desk, run)
  watching.onRun?.(run, before.events)
  const resumed = {journal: await openRun(desk, run, watching), held}
  if (runState(resumed.journal.events).paused !== null) {
    await writeHeld(desk, resumed, 'asked', {wish: 'resume', by: desk.who, why: 'runbook resume'})
  }
  return drive(desk, resumed, input, world, watching)
}

/** Writes a person's wish, or their answer to a step, for whoever ticks next. */
export async function sayToCustom(desk: Desk, run: string, wish: Wish, why: string, accepts?: Facts): Promise<readonly Event[]> {
  const journal = await openRun(desk, run)
  await writeWish(desk, journal, {wish, by: desk.who, why, ...(accepts !== undefined && {accepts})})
  return journal.events
}

/** The run named, or the only unfinished one of a runbook. Throws `run-unknown` or `run-ambiguous`, exit 2. */
async function findCustomRun(desk: Desk, wanted: string | undefined): Promise<FoundCustomRun> {
  if (wanted !== undefined) {
    const found = asCustom(wanted, (await openRun(desk, wanted)).events, null)
    if (found === null) throw unknown(`There is no run ${wanted} of a runbook here.`)
    return {...found, lease: await patiently(desk.clock, () => readLease(desk.store, targetOf(found.input)))}
  }
  const keys = await patiently(desk.clock, () => desk.store.list('leases/runbook.'))
  const found = await Promise.all(
    keys.map(async (key) => {
      const lease = await patiently(desk.clock, () => readLease(desk.store, key.slice('leases/'.length, -'.json'.length)))
      return lease === null ? null : asCustom(lease.run, (await openRun(desk, lease.run)).events, lease)
    }),
  )
  const left = found.filter((one) => one !== null).filter(({events}) => runState(events).ended === null)
  const [only, ...others] = left
  if (only === undefined) throw unknown('No run of a runbook is unfinished.')
  if (others.length === 0) return only
  throw new SluiceError({
    code: 'run-ambiguous',
    exitCode: ExitCode.usage,
    message: `${left.length} runs of runbooks aren't finished; say which one.`,
    details: left.map(({run, input}) => `${run} of ${input.runbook.name}`),
    suggestions: [`sluice runbook resume ${only.run}`],
  })
}

export interface AnswerableRun {
  readonly run: string
  readonly events: readonly Event[]
  readonly steps: readonly OwnStep[]
  /** null: a recovery with steps of the team's own; its own command goes on with it. */
  readonly custom: FoundCustomRun | null
}

/** A run in which steps of the team's own may wait for a person: of a runbook, or (named) of a recovery that is extended. */
export async function findAnswerable(desk: Desk, wanted: string | undefined): Promise<AnswerableRun> {
  const [first, ...others] = wanted === undefined ? [] : (await openRun(desk, wanted)).events
  const input = first?.kind === 'planned' ? (first.data.input as {readonly extension?: Extension | null} | undefined) : undefined
  if (wanted !== undefined && first !== undefined && input?.extension !== undefined && input.extension !== null) {
    const {before, after} = input.extension
    return {
      run: wanted,
      events: [first, ...others],
      steps: [...Object.values(before), ...Object.values(after)].flat(),
      custom: null,
    }
  }
  const custom = await findCustomRun(desk, wanted)
  return {run: custom.run, events: custom.events, steps: custom.input.runbook.steps, custom}
}

function asCustom(run: string, events: readonly Event[], lease: Lease | null): FoundCustomRun | null {
  const [first] = events
  if (first?.kind !== 'planned' || first.data.plan !== customPlanName || first.data.input === undefined) return null
  return {run, events, lease, input: first.data.input as unknown as RunbookInput}
}

async function drive(
  desk: Desk,
  run: HeldRun,
  input: RunbookInput,
  world: OwnWorld,
  watching: CustomWatching,
): Promise<CustomRan> {
  const {journal} = run
  const end = await driveHeld(desk, run, {runbook: customRunbook(input), world, until: 'ended'}, watching)
  return {run: journal.run, input, events: journal.events, end}
}

/** Waits out an owner that may be dead; one that renews is alive. */
async function takeOver(desk: Desk, target: string, run: string, input: RunbookInput, detach: AbortSignal): Promise<HeldLease> {
  await waitOutLease(desk, {
    target,
    alive: heldError,
    detach,
    check: (lease) => {
      if (lease.run !== run) throw superseded(run, lease)
    },
  })
  return hold(desk, target, run, input)
}

const hold = (desk: Desk, target: string, run: string, {runbook}: RunbookInput): Promise<HeldLease> =>
  holdLease(desk, {target, run, operation: `runbook ${runbook.name}`, alive: heldError})

const said = ({operation, run, owner, host, since}: Lease): string =>
  `${operation} ${run} by ${owner} on ${host}, since ${new Date(since).toISOString().replace('.000Z', 'Z')},`

const heldError = (lease: Lease): SluiceError =>
  new SluiceError({
    code: 'lease-held',
    exitCode: ExitCode.leaseHeld,
    message: `${said(lease)} is at it.`,
    suggestions: [`sluice runbook resume ${lease.run} --done STEP --evidence TEXT`],
  })

const unfinished = (lease: Lease): SluiceError =>
  new SluiceError({
    code: 'run-unfinished',
    exitCode: ExitCode.leaseHeld,
    message: `${said(lease)} isn't finished and nobody ticks it.`,
    suggestions: [`sluice runbook resume ${lease.run}`, `sluice runbook resume ${lease.run} --withdraw`],
  })

const superseded = (run: string, lease: Lease): SluiceError =>
  new SluiceError({
    code: 'run-superseded',
    exitCode: ExitCode.usage,
    message: `${lease.run} of ${lease.operation} began after ${run}.`,
    suggestions: [`sluice runbook resume ${lease.run}`],
  })

const unknown = (message: string): SluiceError =>
  new SluiceError({code: 'run-unknown', exitCode: ExitCode.usage, message, suggestions: ['sluice runbook list']})
