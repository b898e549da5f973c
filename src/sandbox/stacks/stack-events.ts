/** Writes a stack's history: its own status and each resource's, in CloudFormation's words. Nothing is decided here. */
import {uuid} from '../world/uuid.ts'
import type {StackEngine} from './stack-engine.ts'
import {stackType} from './stack-state.ts'
import type {Operation, Stack, StackResource, StackStatus} from './stack-state.ts'

export function setStatus(
  engine: StackEngine,
  stack: Stack,
  operation: Operation,
  status: StackStatus,
  reason: string | null = null,
): void {
  const at = engine.world.clock.now()
  stack.status = status
  stack.reason = reason
  if (status === 'UPDATE_IN_PROGRESS') stack.updatedAt = at
  if (status.startsWith('DELETE')) stack.deletedAt = at
  stack.events.push({
    id: uuid(engine.world),
    at,
    logicalId: stack.name,
    physicalId: stack.id,
    type: stackType,
    status,
    reason,
    properties: null,
    operation: operation.id,
    token: operation.token,
  })
}

/** Puts the resource's present state on the stack and tells it as an event. */
export function tell(engine: StackEngine, stack: Stack, operation: Operation, resource: StackResource): void {
  stack.resources.set(resource.logicalId, resource)
  tellOnly(engine, stack, operation, resource)
}

/** For things that are left over: an event, and nothing on the stack. */
export function tellOnly(engine: StackEngine, stack: Stack, operation: Operation, resource: StackResource): void {
  const {logicalId, physicalId, type, status, reason, properties} = resource
  stack.events.push({
    id: `${logicalId}-${status}-${uuid(engine.world)}`,
    at: resource.changedAt,
    logicalId,
    physicalId,
    type,
    status,
    reason,
    properties: JSON.stringify(properties),
    operation: operation.id,
    token: operation.token,
  })
}

/** `[A, B]` as CloudFormation lists what failed; empty when nothing did. */
export function failedSentence(stack: Stack, verbs: readonly ('create' | 'update' | 'delete')[]): string {
  return verbs
    .map((verb) => {
      const status = `${verb.toUpperCase()}_FAILED`
      const failed = [...stack.resources.values()].filter((one) => one.status === status).map((one) => one.logicalId)
      return failed.length === 0 ? '' : `The following resource(s) failed to ${verb}: [${failed.join(', ')}]. `
    })
    .join('')
}
