/**
 * Takes an update back to the last state that held: what was changed is changed back, what was replaced is put back, and what was
 * made is removed at the end. What can't be taken back leaves the stack in UPDATE_ROLLBACK_FAILED, from where it goes on.
 */
import {lastEnd, runGraph} from './graph-run.ts'
import type {NodeEnd} from './graph-run.ts'
import {isSame} from './property-diff.ts'
import {removeLeftOver} from './removal.ts'
import type {RemovalEnd} from './removal.ts'
import {updateResource} from './resource-work.ts'
import {childOf, settle} from './stack-cleanup.ts'
import type {Job} from './stack-engine.ts'
import {failedSentence, setStatus, tell} from './stack-events.ts'
import type {Snapshot, StackResource} from './stack-state.ts'

/** `skip`: logical ids, those of nested stacks as `Nested.Resource`, that are believed to be as they were. */
export async function rollBackUpdate(job: Job, to: Snapshot, at: number, skip: ReadonlySet<string>): Promise<RemovalEnd> {
  const {engine, stack, operation} = job
  const needs = new Map([...to.resources].map(([logicalId, {needs: all}]) => [logicalId, all]))
  const ends = await runGraph(needs, at, async (logicalId, due) => {
    const before = to.resources.get(logicalId)
    return before === undefined ? {kind: 'done', at: due} : await takeBack(job, before, due, skip)
  })
  if ([...ends.values()].some((end) => end.kind !== 'done')) {
    setStatus(engine, stack, operation, 'UPDATE_ROLLBACK_FAILED', failedSentence(stack, ['update']))
    return {ok: false, at}
  }
  setStatus(engine, stack, operation, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS')
  const made = [...stack.resources.values()].filter((one) => !to.resources.has(one.logicalId) && one.status !== 'DELETE_COMPLETE')
  const kept = new Set([...to.resources.values()].map((one) => one.physicalId))
  const going = [...made, ...stack.leftOver.filter((one) => !kept.has(one.physicalId))]
  const end = await removeLeftOver(
    job,
    going.map((resource) => ({resource, policy: resource.deletionPolicy})),
    lastEnd(ends, at),
  )
  for (const {logicalId} of made) stack.resources.delete(logicalId)
  stack.recipe = to.recipe
  stack.outputs = to.outputs
  settle(stack)
  setStatus(engine, stack, operation, 'UPDATE_ROLLBACK_COMPLETE')
  return {ok: true, at: end}
}

async function takeBack(job: Job, before: StackResource, at: number, skip: ReadonlySet<string>): Promise<NodeEnd> {
  const {stack, engine} = job
  const {logicalId} = before
  const now = stack.resources.get(logicalId)
  const healthy: StackResource = {...before, status: before.status.endsWith('_FAILED') ? 'UPDATE_COMPLETE' : before.status}
  if (skip.has(logicalId)) {
    tell(engine, stack, job.operation, {...healthy, status: 'UPDATE_COMPLETE', changedAt: engine.world.clock.now()})
    return {kind: 'done', at}
  }
  if (now !== undefined && now.physicalId !== before.physicalId) {
    if (now.physicalId !== '') stack.leftOver = [...stack.leftOver, now]
    tell(engine, stack, job.operation, {...healthy, status: 'UPDATE_COMPLETE', changedAt: engine.world.clock.now()})
    return {kind: 'done', at}
  }
  const child = childOf(engine, stack, before)
  if (child !== undefined) return await takeNestedBack(job, before, at, skip)
  const same =
    now !== undefined
    && !now.status.endsWith('_FAILED')
    && isSame(now.properties, before.properties)
    && isSame(now.tags, before.tags)
  if (same) {
    stack.resources.set(logicalId, healthy)
    return {kind: 'done', at}
  }
  return await updateResource(job, before, {...(now ?? before), physicalId: before.physicalId, attributes: before.attributes}, at)
}

async function takeNestedBack(job: Job, before: StackResource, at: number, skip: ReadonlySet<string>): Promise<NodeEnd> {
  const {engine, stack, operation} = job
  const child = childOf(engine, stack, before)
  const say = (status: string, reason: string | null): void => {
    tell(engine, stack, operation, {...before, status, reason, changedAt: engine.world.clock.now()})
  }
  if (child === undefined || !child.unsettled || child.stable === null) {
    stack.resources.set(before.logicalId, {
      ...before,
      status: before.status.endsWith('_FAILED') ? 'UPDATE_COMPLETE' : before.status,
    })
    return {kind: 'done', at}
  }
  say('UPDATE_IN_PROGRESS', null)
  if (child.status !== 'UPDATE_ROLLBACK_IN_PROGRESS') setStatus(engine, child, operation, 'UPDATE_ROLLBACK_IN_PROGRESS')
  if (child.operations.at(-1) !== operation) child.operations.push(operation)
  const prefix = `${before.logicalId}.`
  const inner = new Set([...skip].filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)))
  const end = await rollBackUpdate({...job, stack: child, recipe: child.stable.recipe}, child.stable, at, inner)
  const because =
    `Embedded stack ${child.id} was not successfully updated. Currently in ${child.status} with reason: `
    + `${child.reason ?? ''}`
  say(end.ok ? 'UPDATE_COMPLETE' : 'UPDATE_FAILED', end.ok ? null : because)
  return end.ok ? {kind: 'done', at: end.at} : {kind: 'failed'}
}
