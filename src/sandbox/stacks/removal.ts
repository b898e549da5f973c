/**
 * Takes resources away: what is needed by others goes after them, everything independent at once, and what a policy retains stays
 * in the account. A nested stack is taken away with everything in it.
 */
import {attribute, recordOf} from '../services/records/lookup.ts'
import {AwsFault} from '../world/contract.ts'
import {lastEnd, reversed, runGraph} from './graph-run.ts'
import type {NodeEnd} from './graph-run.ts'
import {removeResource} from './resource-work.ts'
import type {Job} from './stack-engine.ts'
import {failedSentence, setStatus, tell, tellOnly} from './stack-events.ts'
import {stackType} from './stack-state.ts'
import type {StackResource} from './stack-state.ts'

export interface RemovalWishes {
  /** Logical ids that are left alone. */
  readonly retain: ReadonlySet<string>
  /** What can't be deleted is left alone, too. */
  readonly force: boolean
}
export const noWishes: RemovalWishes = {retain: new Set(), force: false}

export interface RemovalEnd {
  readonly ok: boolean
  readonly at: number
}

/** Everything the stack has. */
export async function removeEverything(job: Job, at: number, wishes: RemovalWishes): Promise<RemovalEnd> {
  const {stack} = job
  const there = [...stack.resources.values()].filter((one) => one.status !== 'DELETE_COMPLETE' && one.status !== 'DELETE_SKIPPED')
  const ends = await runGraph(reversed(new Map(there.map((one) => [one.logicalId, one.needs]))), at, async (logicalId, due) => {
    const resource = stack.resources.get(logicalId)
    if (resource === undefined) return {kind: 'done', at: due}
    if (wishes.retain.has(logicalId)) return skip(job, resource, due, 'onStack')
    const end = await removeUnlessRetained(job, resource, resource.deletionPolicy, due, 'onStack', wishes)
    const after = stack.resources.get(logicalId)
    return end.kind === 'failed' && wishes.force && after !== undefined ? skip(job, after, due, 'onStack') : end
  })
  return {ok: [...ends.values()].every((end) => end.kind === 'done'), at: lastEnd(ends, at)}
}

/** What an update left over, after it has succeeded: a failure is told and otherwise without effect. */
export async function removeLeftOver(
  job: Job,
  resources: readonly {readonly resource: StackResource; readonly policy: string}[],
  at: number,
): Promise<number> {
  const byId = new Map(resources.map((one) => [`${one.resource.logicalId} ${one.resource.physicalId}`, one]))
  const idsOf = (logicalId: string): readonly string[] => [...byId.keys()].filter((id) => id.startsWith(`${logicalId} `))
  const needs = new Map([...byId].map(([id, {resource}]) => [id, new Set([...resource.needs].flatMap(idsOf))]))
  const ends = await runGraph(reversed(needs), at, async (id, due) => {
    const one = byId.get(id)
    if (one === undefined) return {kind: 'done', at: due}
    const end = await removeUnlessRetained(job, one.resource, one.policy, due, 'aside')
    return end.kind === 'done' ? end : {kind: 'done', at: due}
  })
  return lastEnd(ends, at)
}

export async function removeUnlessRetained(
  job: Job,
  resource: StackResource,
  policy: string,
  at: number,
  where: 'onStack' | 'aside',
  wishes: RemovalWishes = noWishes,
): Promise<NodeEnd> {
  // Deleting a stack that never was complete isn't taking back its creation: then the policies count.
  const isNew = resource.madeBy !== null && job.operation.kind !== 'DELETE_STACK'
  if (isReadReplica(job, resource))
    return await removeResource(job, {...resource, deletionPolicy: 'Delete'}, at, where === 'onStack')
  const retained =
    policy === 'Retain' ? !(isNew && job.operation.retainExceptOnCreate) : policy === 'RetainExceptOnCreate' && !isNew
  if (retained && resource.physicalId !== '') return skip(job, resource, at, where)
  if (resource.type === stackType) return await removeNested(job, resource, at, where, wishes)
  const leavesNothing = isNew || resource.status === 'CREATE_FAILED'
  return await removeResource(
    job,
    {...resource, deletionPolicy: leavesNothing && policy === 'Snapshot' ? 'Delete' : policy},
    at,
    where === 'onStack',
  )
}

/**
 * CloudFormation ignores the deletion policies of read replicas (AWS::RDS::DBInstance); one that was promoted is none any more,
 * whatever its template says.
 */
function isReadReplica({engine: {world}, stack}: Job, {type, properties, physicalId}: StackResource): boolean {
  if (type !== 'AWS::RDS::DBInstance' || properties['SourceDBInstanceIdentifier'] === undefined) return false
  const present = recordOf(world, type, stack.region, physicalId)
  return present === undefined || attribute(present, 'ReplicaOf') !== ''
}

function skip(job: Job, resource: StackResource, at: number, where: 'onStack' | 'aside'): NodeEnd {
  const {engine, stack, operation} = job
  const skipped: StackResource = {...resource, status: 'DELETE_SKIPPED', reason: null, changedAt: engine.world.clock.now()}
  if (where === 'onStack') tell(engine, stack, operation, skipped)
  else tellOnly(engine, stack, operation, skipped)
  return {kind: 'done', at}
}

async function removeNested(
  job: Job,
  resource: StackResource,
  at: number,
  where: 'onStack' | 'aside',
  wishes: RemovalWishes,
): Promise<NodeEnd> {
  const {engine, stack, operation} = job
  const say = (status: string, reason: string | null): void => {
    const told: StackResource = {...resource, status, reason, changedAt: engine.world.clock.now()}
    if (where === 'onStack') tell(engine, stack, operation, told)
    else tellOnly(engine, stack, operation, told)
  }
  say('DELETE_IN_PROGRESS', null)
  const child = resource.physicalId === '' ? undefined : engine.shelf.find(stack.region, resource.physicalId)
  let end: RemovalEnd = {ok: true, at}
  if (child !== undefined && child.status !== 'DELETE_COMPLETE' && child.recipe !== null) {
    setStatus(engine, child, operation, 'DELETE_IN_PROGRESS')
    child.operations.push(operation)
    end = await removeEverything({...job, stack: child, recipe: child.recipe}, at, {retain: new Set(), force: wishes.force})
    setStatus(
      engine,
      child,
      operation,
      end.ok ? 'DELETE_COMPLETE' : 'DELETE_FAILED',
      end.ok ? null : failedSentence(child, ['delete']),
    )
  }
  if (end.ok) {
    say('DELETE_COMPLETE', null)
    return {kind: 'done', at: end.at}
  }
  const fault = new AwsFault(
    'ValidationError',
    `Embedded stack ${resource.physicalId} was not successfully deleted: ${child?.reason ?? ''}`,
  )
  say('DELETE_FAILED', fault.message)
  job.failed()
  return {kind: 'failed'}
}
