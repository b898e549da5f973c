/**
 * An operation on a root stack from its first status to its last. Each function begins it and returns at once; what follows
 * happens on the virtual clock. Whether it may begin at all was decided before.
 */
import type {Job, StackEngine} from './stack-engine.ts'
import {failedSentence, setStatus} from './stack-events.ts'
import {goForward} from './stack-forward.ts'
import {cleanUp, holdStill} from './stack-cleanup.ts'
import {noWishes, removeEverything} from './removal.ts'
import type {RemovalWishes} from './removal.ts'
import {rollBackUpdate} from './stack-rollback.ts'
import {takeIn} from './import-resources.ts'
import {uuid} from '../world/uuid.ts'
import {snapshotOf} from './stack-state.ts'
import type {Operation, OperationKind, Recipe, Stack, StackResource, StackStatus} from './stack-state.ts'

export interface OperationWishes {
  readonly token: string | null
  readonly disableRollback: boolean
  readonly retainExceptOnCreate: boolean
}

export function beginCreate(engine: StackEngine, stack: Stack, recipe: Recipe, wishes: OperationWishes): Operation {
  const operation = begin(engine, stack, 'CREATE_STACK', wishes)
  setStatus(engine, stack, operation, 'CREATE_IN_PROGRESS', 'User Initiated')
  const minutes = stack.timeoutMinutes
  const stopTimer =
    minutes === null
      ? null
      : engine.world.clock.at(operation.startedAt + minutes * 60_000, () => {
          operation.cancel.abort('timeout')
        })
  run(engine, stack, operation, async () => {
    const end = await goForward(jobOf(engine, stack, recipe, operation), operation.startedAt)
    stopTimer?.()
    if (isOvertaken(stack, operation)) return
    if (end.ok) {
      await cleanUp(quietJob(engine, stack, recipe, operation), end.at)
      setStatus(engine, stack, operation, 'CREATE_COMPLETE')
      return
    }
    const late = operation.cancel.signal.reason === 'timeout' ? 'Stack creation time exceeded the specified timeout. ' : ''
    const reason = `${late}${failedSentence(stack, ['create'])}`
    if (wishes.disableRollback) setStatus(engine, stack, operation, 'CREATE_FAILED', reason)
    else await rollBackCreate(engine, stack, recipe, operation, reason)
  })
  return operation
}

async function rollBackCreate(
  engine: StackEngine,
  stack: Stack,
  recipe: Recipe,
  operation: Operation,
  reason: string,
): Promise<void> {
  const isDelete = stack.onFailure === 'DELETE'
  setStatus(
    engine,
    stack,
    operation,
    isDelete ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS',
    `${reason}${isDelete ? 'Delete' : 'Rollback'} requested by user.`,
  )
  const end = await removeEverything(quietJob(engine, stack, recipe, operation), engine.world.clock.now(), noWishes)
  if (isOvertaken(stack, operation)) return
  const good = isDelete ? 'DELETE_COMPLETE' : 'ROLLBACK_COMPLETE'
  const bad = isDelete ? 'DELETE_FAILED' : 'ROLLBACK_FAILED'
  setStatus(engine, stack, operation, end.ok ? good : bad, end.ok ? null : failedSentence(stack, ['delete']))
}

/** Of a stack that failed and kept what it had, too: it goes on with what failed or is missing. */
export function beginUpdate(engine: StackEngine, stack: Stack, recipe: Recipe, wishes: OperationWishes): Operation {
  const operation = begin(engine, stack, 'UPDATE_STACK', wishes)
  // A failed state is none to go back to.
  if (!stack.status.endsWith('_FAILED')) stack.stable = snapshotOf(stack)
  setStatus(engine, stack, operation, 'UPDATE_IN_PROGRESS', 'User Initiated')
  run(engine, stack, operation, async () => {
    const end = await goForward(jobOf(engine, stack, recipe, operation), operation.startedAt)
    if (end.ok) {
      setStatus(engine, stack, operation, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
      await cleanUp(quietJob(engine, stack, recipe, operation), end.at)
      setStatus(engine, stack, operation, 'UPDATE_COMPLETE')
      return
    }
    const by = operation.cancel.signal.reason === 'user' ? 'User Initiated' : failedSentence(stack, ['create', 'update'])
    if (wishes.disableRollback && by !== 'User Initiated') {
      holdStill(jobOf(engine, stack, recipe, operation))
      setStatus(engine, stack, operation, 'UPDATE_FAILED', by)
    } else await rollBackTo(engine, stack, operation, by, new Set())
  })
  return operation
}

const importMs = 12_000

/** What is there becomes the stack's; nothing is made, changed or deleted. */
export function beginImport(
  engine: StackEngine,
  stack: Stack,
  recipe: Recipe,
  imported: readonly StackResource[],
  wishes: OperationWishes,
): Operation {
  const operation = begin(engine, stack, 'UPDATE_STACK', wishes)
  setStatus(engine, stack, operation, 'IMPORT_IN_PROGRESS', 'User Initiated')
  engine.world.clock.at(operation.startedAt + importMs, () => {
    takeIn(engine, stack, operation, imported)
    stack.recipe = recipe
    setStatus(engine, stack, operation, 'IMPORT_COMPLETE')
  })
  return operation
}

async function rollBackTo(
  engine: StackEngine,
  stack: Stack,
  operation: Operation,
  reason: string,
  skip: ReadonlySet<string>,
): Promise<void> {
  const {stable} = stack
  if (stable === null) {
    if (stack.recipe !== null) await rollBackCreate(engine, stack, stack.recipe, operation, reason)
    return
  }
  setStatus(engine, stack, operation, 'UPDATE_ROLLBACK_IN_PROGRESS', reason)
  await rollBackUpdate(quietJob(engine, stack, stable.recipe, operation), stable, engine.world.clock.now(), skip)
}

/** Of a stack that failed and kept what it had. */
export function beginRollback(engine: StackEngine, stack: Stack, wishes: OperationWishes): Operation {
  const operation = begin(engine, stack, 'ROLLBACK', {...wishes, disableRollback: false})
  // Told before the answer goes out, so that nobody sees the state before.
  setStatus(
    engine,
    stack,
    operation,
    stack.stable === null ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS',
    'User Initiated',
  )
  run(engine, stack, operation, async () => {
    if (stack.stable !== null) {
      await rollBackUpdate(quietJob(engine, stack, stack.stable.recipe, operation), stack.stable, operation.startedAt, new Set())
      return
    }
    if (stack.recipe === null) return
    const end = await removeEverything(quietJob(engine, stack, stack.recipe, operation), operation.startedAt, noWishes)
    setStatus(
      engine,
      stack,
      operation,
      end.ok ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED',
      end.ok ? null : failedSentence(stack, ['delete']),
    )
  })
  return operation
}

export function continueRollback(
  engine: StackEngine,
  stack: Stack,
  wishes: OperationWishes,
  skip: ReadonlySet<string>,
): Operation {
  const operation = begin(engine, stack, 'CONTINUE_ROLLBACK', {...wishes, disableRollback: false})
  const {stable} = stack
  setStatus(engine, stack, operation, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated')
  run(engine, stack, operation, async () => {
    if (stable !== null)
      await rollBackUpdate(quietJob(engine, stack, stable.recipe, operation), stable, operation.startedAt, skip)
  })
  return operation
}

export function beginDelete(engine: StackEngine, stack: Stack, token: string | null, removal: RemovalWishes): Operation {
  // A creation that is under way ends first, where it stands.
  const before = stack.operations.at(-1)
  before?.cancel.abort('user')
  const settled = stack.running
  const operation = begin(engine, stack, 'DELETE_STACK', {token, disableRollback: false, retainExceptOnCreate: false})
  setStatus(engine, stack, operation, 'DELETE_IN_PROGRESS', 'User Initiated')
  run(engine, stack, operation, async () => {
    await settled
    const {recipe} = stack
    const end =
      recipe === null
        ? {ok: true}
        : await removeEverything(quietJob(engine, stack, recipe, operation), operation.startedAt, removal)
    setStatus(
      engine,
      stack,
      operation,
      end.ok ? 'DELETE_COMPLETE' : 'DELETE_FAILED',
      end.ok ? null : failedSentence(stack, ['delete']),
    )
  })
  return operation
}

function begin(
  engine: StackEngine,
  stack: Stack,
  kind: OperationKind,
  {token, disableRollback, retainExceptOnCreate}: OperationWishes,
): Operation {
  const operation: Operation = {
    id: uuid(engine.world),
    kind,
    token,
    startedAt: engine.world.clock.now(),
    disableRollback,
    retainExceptOnCreate,
    cancel: new AbortController(),
  }
  stack.operations.push(operation)
  return operation
}

/** The first failure stops everything that is under way, unless what was made shall stay: then independent paths go on. */
function jobOf(engine: StackEngine, stack: Stack, recipe: Recipe, operation: Operation): Job {
  return {
    engine,
    stack,
    recipe,
    operation,
    signal: operation.cancel.signal,
    failed: () => {
      if (!operation.disableRollback) operation.cancel.abort('failed')
    },
  }
}

/** Of phases in which nobody stops anybody. */
function quietJob(engine: StackEngine, stack: Stack, recipe: Recipe, operation: Operation): Job {
  return {engine, stack, recipe, operation, signal: new AbortController().signal, failed: () => {}}
}

/** A deletion has begun meanwhile: it has the say. */
const isOvertaken = (stack: Stack, operation: Operation): boolean => stack.operations.at(-1) !== operation

const dead: Partial<Record<OperationKind, StackStatus>> = {
  CREATE_STACK: 'CREATE_FAILED',
  UPDATE_STACK: 'UPDATE_FAILED',
  DELETE_STACK: 'DELETE_FAILED',
  ROLLBACK: 'ROLLBACK_FAILED',
  CONTINUE_ROLLBACK: 'UPDATE_ROLLBACK_FAILED',
}

/** A bug of ours ends the operation and is told where the user looks. */
function run(engine: StackEngine, stack: Stack, operation: Operation, work: () => Promise<void>): void {
  stack.running = work().catch((error: unknown) => {
    const reason = `Internal Failure: a bug of the sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
    setStatus(engine, stack, operation, dead[operation.kind] ?? 'UPDATE_FAILED', reason)
  })
}
