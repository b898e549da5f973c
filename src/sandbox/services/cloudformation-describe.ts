/** What stacks and their resources say of themselves, in the SDK's shapes. Reads only. */
import type * as C from '@aws-sdk/client-cloudformation'
import type {CallContext} from '../world/contract.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {protectedRoot} from '../stacks/stack-state.ts'
import type {Recipe, Stack, StackResource} from '../stacks/stack-state.ts'
import {pageOf, refuse} from './cloudformation-input.ts'

const STACKS_A_PAGE = 100

export function describeOperations(engine: StackEngine) {
  const {shelf} = engine
  return {
    DescribeStacks: (input: C.DescribeStacksInput, {region}: CallContext): C.DescribeStacksOutput => {
      if (input.StackName !== undefined) return {Stacks: [describe(shelf.get(region, input.StackName))]}
      const {items, next} = pageOf(
        shelf.list(region).filter((one) => one.status !== 'DELETE_COMPLETE'),
        input.NextToken,
        STACKS_A_PAGE,
      )
      return {Stacks: items.map(describe), NextToken: next}
    },
    ListStacks: (input: C.ListStacksInput, {region}: CallContext): C.ListStacksOutput => {
      const wanted = input.StackStatusFilter ?? []
      const all = shelf.list(region).filter((one) => wanted.length === 0 || wanted.includes(one.status))
      const {items, next} = pageOf(all, input.NextToken, STACKS_A_PAGE)
      return {StackSummaries: items.map(summary), NextToken: next}
    },
    DescribeStackResources: (input: C.DescribeStackResourcesInput, {region}: CallContext): C.DescribeStackResourcesOutput => {
      const stack =
        input.StackName === undefined
          ? stackOfResource(engine, region, input.PhysicalResourceId ?? '')
          : shelf.get(region, input.StackName)
      const all = listed(stack).filter(
        (one) => input.LogicalResourceId === undefined || one.logicalId === input.LogicalResourceId,
      )
      return {
        StackResources: all
          .slice(0, 100)
          .map((one) => ({...resource(one), Timestamp: new Date(one.changedAt), StackName: stack.name, StackId: stack.id})),
      }
    },
    DescribeStackResource: (input: C.DescribeStackResourceInput, {region}: CallContext): C.DescribeStackResourceOutput => {
      const stack = shelf.get(region, input.StackName ?? '')
      const one = stack.resources.get(input.LogicalResourceId ?? '')
      if (one === undefined) throw refuse(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`)
      return {
        StackResourceDetail: {
          ...resource(one),
          LastUpdatedTimestamp: new Date(one.changedAt),
          StackName: stack.name,
          StackId: stack.id,
          Metadata: JSON.stringify(one.metadata ?? {}),
        },
      }
    },
    ListStackResources: (input: C.ListStackResourcesInput, {region}: CallContext): C.ListStackResourcesOutput => {
      const {items, next} = pageOf(listed(shelf.get(region, input.StackName ?? '')), input.NextToken, STACKS_A_PAGE)
      return {
        StackResourceSummaries: items.map((one) => ({...resource(one), LastUpdatedTimestamp: new Date(one.changedAt)})),
        NextToken: next,
      }
    },
  }
}

function stackOfResource(engine: StackEngine, region: string, physicalId: string): Stack {
  const found = engine.shelf
    .list(region)
    .find((stack) => [...stack.resources.values()].some((one) => one.physicalId === physicalId))
  if (found === undefined) throw refuse(`Stack for ${physicalId} does not exist`)
  return found
}

const listed = (stack: Stack): readonly StackResource[] =>
  [...stack.resources.values()].sort((one, other) => (one.logicalId < other.logicalId ? -1 : 1))

function resource(one: StackResource) {
  return {
    LogicalResourceId: one.logicalId,
    ResourceType: one.type,
    ResourceStatus: one.status as C.ResourceStatus,
    ...(one.physicalId !== '' && {PhysicalResourceId: one.physicalId}),
    ...(one.reason !== null && {ResourceStatusReason: one.reason}),
    DriftInformation: {StackResourceDriftStatus: 'NOT_CHECKED' as const},
  }
}

const HIDDEN = '****'

/** Values that were given, and what SSM held under them; secret ones as stars. */
export function parametersOf(recipe: Recipe | null): C.Parameter[] {
  return [...(recipe?.parameters ?? [])].map(([name, {value, resolved}]) => {
    const declaration = recipe?.document.parameters.get(name)
    const isStored = declaration?.type.startsWith('AWS::SSM::Parameter::Value') === true
    return {
      ParameterKey: name,
      ParameterValue: declaration?.noEcho === true ? HIDDEN : value,
      ...(isStored && {ResolvedValue: resolved}),
    }
  })
}

function describe(stack: Stack): C.Stack {
  const {recipe} = stack
  const last = stack.operations.at(-1)
  return {
    StackId: stack.id,
    StackName: stack.name,
    StackStatus: stack.status,
    ...(stack.reason !== null && {StackStatusReason: stack.reason}),
    ...(recipe?.document.description !== undefined && {Description: recipe.document.description}),
    ...times(stack),
    Parameters: parametersOf(recipe),
    Tags: Object.entries(recipe?.tags ?? {}).map(([Key, Value]) => ({Key, Value})),
    Outputs: stack.outputs.map(({key, value, description, exportName}) => ({
      OutputKey: key,
      OutputValue: value,
      ...(description !== undefined && {Description: description}),
      ...(exportName !== undefined && {ExportName: exportName}),
    })),
    Capabilities: [...(recipe?.capabilities ?? [])] as C.Capability[],
    NotificationARNs: [...(recipe?.notificationArns ?? [])],
    DisableRollback: last?.disableRollback ?? stack.onFailure === 'DO_NOTHING',
    ...(last?.retainExceptOnCreate === true && {RetainExceptOnCreate: true}),
    EnableTerminationProtection: protectedRoot(stack),
    RollbackConfiguration: {},
    ...(stack.role !== null && {RoleARN: stack.role}),
    ...(stack.timeoutMinutes !== null && {TimeoutInMinutes: stack.timeoutMinutes}),
    ...(stack.changeSet !== null && {ChangeSetId: stack.changeSet}),
    ...family(stack),
    DriftInformation: drift(stack),
    LastOperations: stack.operations
      .slice(-2)
      .reverse()
      .map((one) => ({OperationType: one.kind, OperationId: one.id})),
  }
}

const summary = (stack: Stack): C.StackSummary => ({
  StackId: stack.id,
  StackName: stack.name,
  StackStatus: stack.status,
  ...(stack.reason !== null && {StackStatusReason: stack.reason}),
  ...(stack.recipe?.document.description !== undefined && {TemplateDescription: stack.recipe.document.description}),
  ...times(stack),
  ...family(stack),
  DriftInformation: drift(stack),
})

const times = (stack: Stack): {readonly CreationTime: Date; readonly LastUpdatedTime?: Date; readonly DeletionTime?: Date} => ({
  CreationTime: new Date(stack.createdAt),
  ...(stack.updatedAt !== null && {LastUpdatedTime: new Date(stack.updatedAt)}),
  ...(stack.deletedAt !== null && {DeletionTime: new Date(stack.deletedAt)}),
})

const family = ({parent, root}: Stack): {readonly ParentId?: string; readonly RootId?: string} => ({
  ...(parent !== null && {ParentId: parent.id}),
  ...(root !== null && {RootId: root.id}),
})

const drift = ({
  drift: {status, at},
}: Stack): {readonly StackDriftStatus: C.StackDriftStatus; readonly LastCheckTimestamp?: Date} => ({
  StackDriftStatus: status,
  ...(at !== null && {LastCheckTimestamp: new Date(at)}),
})
