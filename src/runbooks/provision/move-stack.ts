/**
 * Takes one stack a move further, from whatever state it is in: attach to what is under way, clear a way that is blocked, create,
 * or make a change set and execute it. One call, one move; the engine comes again. It deletes only what the plan said it would,
 * and executes no replacement of anything with data that the plan didn't show.
 */
import {seconds} from '../engine/clock.ts'
import type {Done, Failed, Pending, Polled, StepContext} from '../engine/step.ts'
import {accountReader} from './account-reader.ts'
import type {AccountReader} from './account-reader.ts'
import {compareStack, isAtFirst} from './compare-stack.ts'
import type {Goal} from './compare-stack.ts'
import {refOf, stackInput, stateBucket, tokenOf} from './deploy-stack.ts'
import {explainFailure, rootCauseText} from './explain-failure.ts'
import type {PlannedStack, StackFailure, Wanted, WantedStack} from './infra-plan.ts'
import {isDestructive, judgeChanges} from './judge-changes.ts'
import type {ProvisionWorld, StackState} from './ports.ts'
import {stackProgress} from './stack-progress.ts'
import {hasFailed, wayOn} from './way-on.ts'

/** What a step knows of its stack; lives as long as this process, because a run of `up` is never resumed by another. */
export interface Move {
  readonly wanted: Wanted
  readonly stack: WantedStack
  readonly account: string
  /** What a person has agreed to; undefined: nothing. */
  readonly planned: PlannedStack | undefined
  /** Ids of the stacks of this run. */
  readonly inRun: ReadonlySet<string>
  /** Least time between two looks at single resources, epoch ms of the run's clock. */
  readonly progressEveryMs: number
  /** How long its operation usually takes. */
  readonly usualMs: number
  /** An operation on the stack was begun, or found under way: if it fails, this run has failed. */
  acted: {readonly at: number; /** When the stack had been changed last, before that. */ readonly before: number | null} | null
  /**
   * The rollback it got stuck in was continued, and seen under way since: if it gets stuck again, going round would help nobody.
   */
  continued: {readonly at: number; begun: boolean} | null
  /** It was created by this process, from what it shall be. */
  made: boolean
  /** Its own change set was made in this process. */
  madeChangeSet: boolean
  shownAt: number
}

type Pass = 'first' | 'then'

/** `first`: until it is there. `then`: until it is as it shall be. */
export async function moveStack(world: ProvisionWorld, move: Move, pass: Pass, context: StepContext): Promise<Polled> {
  const {stack, wanted} = move
  const reader = accountReader(world, wanted.stacks, context.signal)
  const state = await reader.state(stack.id)
  const way = wayOn(state?.status ?? null, stack.name, stack.region)
  if (state === null || way.kind === 'create') return pass === 'first' ? create(world, move, reader, context) : gone(stack)
  if (move.acted !== null && way.kind !== 'wait') {
    if (!hasTakenUp(move.acted, state, context)) return soon(context, 'the operation to begin')
    if (hasFailed(state.status)) return failed(world, stack, state, context)
    return move.made ? {...there(state), facts: {made: true}} : there(state)
  }
  switch (way.kind) {
    case 'wait':
      return attach(world, move, state, context)
    case 'blocked':
      return {kind: 'failed', because: way.because, then: 'fail'}
    case 'delete-shell':
      return remove(world, move, context, 'the empty stack to be gone')
    case 'delete-and-create':
      return agreed(move) ? remove(world, move, context, 'the failed stack to be gone') : unasked(stack, state)
    case 'continue-rollback':
      return pass === 'first' ? there(state) : continueRollback(world, move, state, context)
    case 'update-again': {
      const atFirst = isAtFirst(stack, state)
      if (pass === 'first' && !atFirst) return there(state)
      return change(world, move, reader, state, atFirst ? 'first' : 'then', context)
    }
    case 'stands':
      return pass === 'first' ? there(state) : change(world, move, reader, state, 'then', context)
  }
}

/** A state read at once after a call may be the one from before it. */
const hasTakenUp = (acted: NonNullable<Move['acted']>, {changedAt}: StackState, {now}: StepContext): boolean =>
  changedAt !== acted.before || now - acted.at > seconds(60)

const there = ({status}: StackState): Done => ({kind: 'done', note: status})
const gone = ({id}: WantedStack): Failed => ({
  kind: 'failed',
  because: `${id} isn't there any more: somebody else has deleted it`,
  then: 'fail',
})
const agreed = ({planned}: Move): boolean => planned?.verdict.kind === 'repair' && planned.verdict.how === 'delete-and-create'

function unasked({id}: WantedStack, {status}: StackState): Failed {
  return {
    kind: 'failed',
    because:
      `${id} is ${status}: it has to be deleted before it can be made again, and the plan didn't ask for that; `
      + `\`sluice infra up\` asks`,
    then: 'fail',
  }
}

async function create(world: ProvisionWorld, move: Move, reader: AccountReader, context: StepContext): Promise<Polled> {
  const {stack, account} = move
  const filled = await reader.fill(stack, stack.first)
  if (filled.kind === 'missing') return lacking(stack, filled.references)
  const bucket = stateBucket(account, stack.region)
  await world.stacks.create(
    await stackInput(world, reader, stack, filled.parameters, {token: tokenOf(context.run, 'create', stack.id), bucket}),
    context.signal,
  )
  move.acted = {at: context.now, before: null}
  move.made = true
  return soon(context, 'CREATE_IN_PROGRESS')
}

const lacking = ({id}: WantedStack, references: readonly string[]): Failed => ({
  kind: 'failed',
  because: `${id} is made of what isn't there: ${references.map((one) => one.replace(/^@(parameter:)?/, '')).join(', ')}`,
  then: 'fail',
})

async function attach(world: ProvisionWorld, move: Move, state: StackState, context: StepContext): Promise<Polled> {
  // A rollback or deletion that somebody's failure left under way isn't this run's: what comes after it is.
  if (/^(CREATE|UPDATE|ROLLBACK)_(COMPLETE_CLEANUP_)?IN_PROGRESS$/.test(state.status))
    move.acted ??= {at: context.now, before: null}
  if (move.continued !== null) move.continued.begun = true
  if (context.now - move.shownAt >= move.progressEveryMs) {
    move.shownAt = context.now
    const progress = await stackProgress(world, move.stack, state, context.signal)
    if (progress !== null) context.show(progress)
  }
  return {kind: 'pending', waitsFor: state.status, lookAgainAt: context.now + interval(move, context.now - state.changedAt)}
}

/** Short operations are looked at often, long ones calmly: describing stacks is what AWS throttles first. */
function interval({usualMs, progressEveryMs}: Move, elapsedMs: number): number {
  // On a fast clock five seconds are next to nothing, and what plays AWS has better things to do while a database is being made.
  const calm = elapsedMs < usualMs * 0.85 ? Math.max(seconds(5), progressEveryMs / 10) : seconds(5)
  return Math.min(calm, Math.max(seconds(1.5), elapsedMs / 20))
}
const soon = (context: StepContext, waitsFor: string): Pending => ({
  kind: 'pending',
  waitsFor,
  lookAgainAt: context.now + seconds(1.5),
})

async function remove(world: ProvisionWorld, {stack}: Move, context: StepContext, waitsFor: string): Promise<Polled> {
  await world.stacks.remove(refOf(stack), {token: tokenOf(context.run, 'clear', stack.id), role: null}, context.signal)
  return soon(context, waitsFor)
}

async function continueRollback(world: ProvisionWorld, move: Move, state: StackState, context: StepContext): Promise<Polled> {
  const {stack, continued} = move
  if (continued === null) {
    await world.stacks.continueRollback(refOf(stack), tokenOf(context.run, 'continue', stack.id), context.signal)
    move.continued = {at: context.now, begun: false}
  } else if (continued.begun || context.now - continued.at > seconds(60)) {
    const stuck = await failed(world, stack, state, context, continued.at - seconds(60))
    return {
      ...stuck,
      because:
        `${stuck.because}; its rollback can't be finished. When that is put right: sluice infra up. `
        + `To leave that resource as it is: ${skipping(stack)}`,
    }
  }
  return soon(context, 'its rollback to be finished')
}

/** CloudFormation wants a resource of a nested stack as the nested stack's name, a dot, and its logical id. */
const skipping = ({name, region}: WantedStack): string =>
  `aws cloudformation continue-update-rollback --region ${region} --stack-name ${name} --resources-to-skip NESTED-STACK.LogicalId`

async function change(
  world: ProvisionWorld,
  move: Move,
  reader: AccountReader,
  state: StackState,
  pass: Pass,
  context: StepContext,
): Promise<Polled> {
  const {stack, inRun} = move
  const compared = await compareStack(reader, stack, state, pass)
  if (compared.kind === 'later') {
    if (compared.waitsFor.some((one) => !inRun.has(one.split(/[/:]/)[0] ?? '')))
      return {kind: 'done', note: `its second pass waits for ${compared.waitsFor.join(', ')}`}
    return lacking(stack, compared.waitsFor)
  }
  if (compared.kind === 'same' && !state.status.endsWith('_FAILED')) return {kind: 'done', note: 'up to date'}
  return throughChangeSet(world, move, reader, state, compared.goal, context)
}

async function throughChangeSet(
  world: ProvisionWorld,
  move: Move,
  reader: AccountReader,
  state: StackState,
  goal: Goal,
  context: StepContext,
): Promise<Polled> {
  const {stack, account} = move
  const {signal} = context
  const ref = refOf(stack)
  const found = await world.stacks.changeSet(ref, goal.changeSet, signal)
  switch (found?.status) {
    case 'pending':
    case 'executed':
      return soon(context, 'its change set')
    case 'ready': {
      const surprise = unshown(
        move,
        goal,
        judgeChanges(found.changes)
          .changes.filter(isDestructive)
          .map(({path, type}) => `${path} (${type})`),
      )
      if (surprise !== null) return surprise
      await world.stacks.executeChangeSet(ref, goal.changeSet, tokenOf(context.run, goal.changeSet), signal)
      move.acted = {at: context.now, before: state.changedAt}
      return soon(context, 'UPDATE_IN_PROGRESS')
    }
    case 'empty':
      await world.stacks.deleteChangeSet(ref, goal.changeSet, signal)
      return {kind: 'done', note: 'nothing to change'}
    case 'failed':
      if (move.madeChangeSet)
        return {
          kind: 'failed',
          because: `${stack.id}: its change set can't be made: ${found.reason ?? 'AWS gives no reason'}`,
          then: 'fail',
        }
      await world.stacks.deleteChangeSet(ref, goal.changeSet, signal)
      break
    case 'obsolete':
      await world.stacks.deleteChangeSet(ref, goal.changeSet, signal)
      break
    case undefined:
  }
  const input = await stackInput(world, reader, stack, goal.parameters, {
    token: tokenOf(context.run, goal.changeSet, String(context.now)),
    bucket: stateBucket(account, stack.region),
  })
  await world.stacks.makeChangeSet({...input, changeSet: goal.changeSet}, signal)
  move.madeChangeSet = true
  return soon(context, 'its change set')
}

/** Something with data would go, and nobody has seen it. */
function unshown({stack, planned}: Move, goal: Goal, destructive: readonly string[]): Failed | null {
  const shown = planned?.verdict.kind === 'update' && planned.verdict.changeSet === goal.changeSet
  if (shown || destructive.length === 0) return null
  return {
    kind: 'failed',
    because:
      `${stack.id}: this would replace or remove ${destructive.join(', ')}, which the plan didn't show; `
      + `nothing was executed. ${showing(stack, planned)}`,
    then: 'fail',
  }
}

/** Of a stack whose last operation failed half way no plan can show what an update does to it. */
const showing = ({name, region}: WantedStack, planned: PlannedStack | undefined): string =>
  planned?.verdict.kind === 'repair'
    ? `Roll it back, and \`sluice infra up\` shows it and asks: aws cloudformation rollback-stack --region ${region} `
      + `--stack-name ${name}`
    : '\`sluice infra up\` shows it and asks'

async function failed(
  world: ProvisionWorld,
  stack: WantedStack,
  state: StackState,
  context: StepContext,
  since = state.changedAt - seconds(1),
): Promise<Failed> {
  const cause = await explainFailure(world, refOf(stack), since, context.signal)
  if (cause !== null) context.show({kind: 'stack-failed', stack: stack.id, cause} satisfies StackFailure)
  return {
    kind: 'failed',
    because: `${stack.id}: ${cause === null ? `${state.status}: ${state.reason ?? 'AWS gives no reason'}` : rootCauseText(cause)}`,
    then: 'fail',
  }
}
