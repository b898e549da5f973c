/**
 * A stack's history, as the two calls tell it: all events of a stack newest first, or an operation's,
 * failed ones alone if wanted.
 */
import type * as C from '@aws-sdk/client-cloudformation'
import {AwsFault} from '../world/contract.ts'
import type {CallContext} from '../world/contract.ts'
import {changeSetBy} from '../stacks/change-set-shelf.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {stackType} from '../stacks/stack-state.ts'
import type {Operation, Stack, StackEvent} from '../stacks/stack-state.ts'
import {pageOf, refuse} from './cloudformation-input.ts'

const EVENTS_A_PAGE = 100

export function eventOperations(engine: StackEngine) {
  return {
    DescribeStackEvents: (input: C.DescribeStackEventsInput, {region}: CallContext): C.DescribeStackEventsOutput => {
      const stack = engine.shelf.get(region, input.StackName ?? '')
      const {items, next} = pageOf([...stack.events].reverse(), input.NextToken, EVENTS_A_PAGE)
      return {StackEvents: items.map((event) => stackEvent(stack, event)), NextToken: next}
    },
    DescribeEvents: (input: C.DescribeEventsInput, {region}: CallContext): C.DescribeEventsOutput => {
      const all = eventsFor(engine, region, input).filter((one) => input.Filters?.FailedEvents !== true || isFailure(one))
      const {items, next} = pageOf(all, input.NextToken, EVENTS_A_PAGE)
      return {OperationEvents: [...items], NextToken: next}
    },
  }
}

function stackEvent(stack: Stack, event: StackEvent): C.StackEvent {
  return {
    StackId: stack.id,
    StackName: stack.name,
    EventId: event.id,
    Timestamp: new Date(event.at),
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    ResourceStatus: event.status as C.ResourceStatus,
    ...(event.reason !== null && {ResourceStatusReason: event.reason}),
    ...(event.properties !== null && {ResourceProperties: event.properties}),
    ...(event.token !== null && {ClientRequestToken: event.token}),
    OperationId: event.operation,
  }
}

function eventsFor(engine: StackEngine, region: string, input: C.DescribeEventsInput): readonly C.OperationEvent[] {
  if (input.ChangeSetName !== undefined) return changeSetBy(engine, region, input.ChangeSetName, input.StackName).validation
  if (input.OperationId !== undefined) {
    const found = engine.shelf.list(region).filter((stack) => stack.operations.some((one) => one.id === input.OperationId))
    if (found.length === 0) throw new AwsFault('OperationNotFoundException', `Operation ${input.OperationId} does not exist`)
    return found.flatMap((stack) => operationEvents(stack).filter((one) => one.OperationId === input.OperationId))
  }
  if (input.StackName === undefined) throw refuse('One of StackName, ChangeSetName or OperationId must be specified.')
  return operationEvents(engine.shelf.get(region, input.StackName))
}

/** Newest first. */
function operationEvents(stack: Stack): readonly C.OperationEvent[] {
  const known = new Map(stack.operations.map((one) => [one.id, one]))
  return [...stack.events].reverse().map((event): C.OperationEvent => {
    const operation = known.get(event.operation)
    const isOwn = event.type === stackType && event.physicalId === stack.id
    const type = isOwn ? 'STACK_EVENT' : event.status.endsWith('_FAILED') ? 'PROVISIONING_ERROR' : 'PROGRESS_EVENT'
    return {
      EventId: event.id,
      StackId: stack.id,
      OperationId: event.operation,
      EventType: type,
      Timestamp: new Date(event.at),
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId,
      ResourceType: event.type,
      ResourceStatus: event.status as C.ResourceStatus,
      ...(event.reason !== null && {ResourceStatusReason: event.reason}),
      ...(event.properties !== null && {ResourceProperties: event.properties}),
      ...(operation !== undefined && ofOperation(operation)),
    }
  })
}

const ofOperation = ({kind, token, startedAt}: Operation): Partial<C.OperationEvent> => ({
  OperationType: kind,
  StartTime: new Date(startedAt),
  ...(token !== null && {ClientRequestToken: token}),
})

const isFailure = (event: C.OperationEvent): boolean =>
  event.ResourceStatus?.endsWith('_FAILED') === true || event.ValidationStatus === 'FAILED'
