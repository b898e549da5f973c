/**
 * Why a stack's newest operation failed: the first thing that went wrong in it or in a stack nested in it, and what only the
 * service behind that thing can tell. It only reads. What it can't find out it leaves out:
 * a missing explanation must never become a second failure.
 */
import {SluiceError} from '../../errors.ts'
import {Unavailable} from '../engine/unavailable.ts'
import {evidenceOf, missingRight, wayRound} from './failure-evidence.ts'
import type {RootCause} from './infra-plan.ts'
import type {ProvisionWorld, StackEvent, StackRef} from './ports.ts'

const stackType = 'AWS::CloudFormation::Stack'
/** A failed deployment and its rollback are one operation to whoever asks why: rollbacks begin nothing. */
const beginnings = new Set(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'IMPORT_IN_PROGRESS'])
/** CloudFormation says this of the siblings of what failed. */
export const cancelled = /^Resource (creation|update|deletion) cancell?ed/i

interface Failure {
  readonly path: readonly string[]
  readonly event: StackEvent
}

type Asked = Pick<ProvisionWorld, 'stacks' | 'claims' | 'ground'>

/** null: nothing in the stack's events since then (epoch ms) has failed. */
export async function explainFailure(
  world: Asked,
  stack: StackRef,
  since: number,
  signal?: AbortSignal,
): Promise<RootCause | null> {
  const events = newestOperation(await world.stacks.events(stack, since, signal))
  const failures = await failuresIn(world, stack.region, events, [], events[0]?.at ?? since, signal)
  const [first, ...later] = failures.toSorted((x, y) => x.event.at - y.event.at)
  const failed = first ?? ownFailure(stack, events)
  if (failed === null) return null
  const cause = asCause(stack, failed)
  const asked = await quietly(() => evidenceOf(world, stack.region, cause, events[0]?.at ?? since, signal))
  return {
    ...cause,
    evidence: [...missingRight(cause.reason), ...wayRound(cause.reason, stack), ...asked, ...alsoFailed(stack, later)],
  }
}

/** In one sentence, AWS's reason as AWS says it. */
export function rootCauseText({path, type, reason}: Pick<RootCause, 'path' | 'type' | 'reason'>): string {
  return `${path} (${type}): ${withoutToken(reason)}`
}

const mostOthers = 8

/** What failed on its own beside it: whoever mends the first wants to mend them all. */
function alsoFailed(stack: StackRef, later: readonly Failure[]): readonly string[] {
  const told = later.slice(0, mostOthers).map((one) => `also failed: ${rootCauseText(asCause(stack, one))}`)
  return later.length > mostOthers ? [...told, `and ${later.length - mostOthers} more failed`] : told
}

/** Events from the last time the stack itself was begun to be created, updated or deleted. */
function newestOperation(events: readonly StackEvent[]): readonly StackEvent[] {
  const begun = events.findLastIndex((event) => isOwn(event) && beginnings.has(event.status))
  return begun === -1 ? events : events.slice(begun)
}

const isOwn = (event: StackEvent): boolean => event.type === stackType && event.physicalId === event.stackId

/**
 * What failed by itself, in this stack or below. A nested stack fails by what is in it, or, when that tells nothing, by itself.
 */
async function failuresIn(
  world: Asked,
  region: string,
  events: readonly StackEvent[],
  path: readonly string[],
  from: number,
  signal?: AbortSignal,
): Promise<readonly Failure[]> {
  const failed = events.filter(
    (event) => event.status.endsWith('_FAILED') && !isOwn(event) && !cancelled.test(event.reason ?? ''),
  )
  const found = await Promise.all(
    failed.map(async (event): Promise<readonly Failure[]> => {
      const here: Failure = {path: [...path, event.logicalId], event}
      if (event.type !== stackType || event.physicalId === '') return [here]
      const inside = await quietly(() => world.stacks.events({name: event.physicalId, region}, from, signal))
      const deeper = await failuresIn(world, region, inside, here.path, from, signal)
      return deeper.length === 0 ? [here] : deeper
    }),
  )
  return found.flat()
}

/** The stack failed and no resource did: a template or parameter that CloudFormation refused. */
function ownFailure(stack: StackRef, events: readonly StackEvent[]): Failure | null {
  const event = events.find((one) => isOwn(one) && one.reason !== null && /_FAILED$|ROLLBACK_IN_PROGRESS$/.test(one.status))
  return event === undefined ? null : {path: [stack.name], event}
}

function asCause(stack: StackRef, {path, event}: Failure): Omit<RootCause, 'evidence'> {
  return {
    stack: stack.name,
    path: path.join('/'),
    type: event.type,
    physicalId: event.physicalId,
    status: event.status,
    reason: event.reason ?? 'AWS gives no reason',
    at: event.at,
  }
}

async function quietly<T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Unavailable || error instanceof SluiceError) return []
    throw error
  }
}

/** AWS's words without what only its support can read. */
export const withoutToken = (reason: string): string =>
  reason.replace(/RequestToken: [\w-]+, /, '').replace(/^Resource handler returned message: "(.*)"/s, '$1')
