/**
 * After everything has succeeded: what was replaced or is no longer wanted goes, in this stack and in those nested in it. From
 * here on there is no way back, and a thing that can't be removed is told and left.
 */
import {removeLeftOver} from './removal.ts'
import type {Job} from './stack-engine.ts'
import {setStatus} from './stack-events.ts'
import {snapshotOf, stackType} from './stack-state.ts'
import type {Stack, StackResource} from './stack-state.ts'

export async function cleanUp(job: Job, at: number): Promise<number> {
  const {engine, stack, operation, recipe} = job
  const wanted = engine.language.dependencies(recipe.document, recipe.conditions)
  const dropped = [...stack.resources.values()].filter((one) => !wanted.has(one.logicalId))
  const nested = Promise.all(
    unsettledChildren(engine, stack).map(async (child) =>
      child.recipe === null ? at : await cleanUp({...job, stack: child, recipe: child.recipe}, at),
    ),
  )
  const going = [
    ...dropped.map((resource) => ({resource, policy: resource.deletionPolicy})),
    ...stack.leftOver.map((resource) => ({resource, policy: resource.updateReplacePolicy})),
  ]
  const [end, ...ends] = [await removeLeftOver(job, going, at), ...(await nested)]
  for (const {logicalId} of dropped) stack.resources.delete(logicalId)
  settle(stack)
  if (stack.parent !== null && stack.status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
    setStatus(engine, stack, operation, 'UPDATE_COMPLETE')
  return Math.max(end, ...ends)
}

/** What there is now is what a later rollback comes back to. */
export function settle(stack: Stack): void {
  stack.unsettled = false
  for (const [logicalId, resource] of stack.resources) stack.resources.set(logicalId, {...resource, madeBy: null})
  stack.leftOver = []
  stack.stable = snapshotOf(stack)
}

/** What was made stays as it is, though the whole failed: its nested stacks say so. */
export function holdStill(job: Job): void {
  for (const child of unsettledChildren(job.engine, job.stack)) {
    if (child.status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') setStatus(job.engine, child, job.operation, 'UPDATE_COMPLETE')
    holdStill({...job, stack: child})
  }
}

const unsettledChildren = (engine: Job['engine'], stack: Stack): readonly Stack[] =>
  [...stack.resources.values()].flatMap((resource) => {
    const child = childOf(engine, stack, resource)
    return child?.unsettled === true ? [child] : []
  })

export const childOf = (engine: Job['engine'], stack: Stack, resource: StackResource): Stack | undefined =>
  resource.type === stackType && resource.physicalId !== '' ? engine.shelf.find(stack.region, resource.physicalId) : undefined
