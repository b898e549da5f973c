/** Change sets: planned at once, ready a few seconds later, carried out as an operation of the stack they belong to. */
import type * as C from '@aws-sdk/client-cloudformation'
import {AwsFault} from '../world/contract.ts'
import type {CallContext} from '../world/contract.ts'
import {changeSetBy, changeSetsOf, findChangeSet, removeChangeSet, retireChangeSets} from '../stacks/change-set-shelf.ts'
import type {ChangeSet} from '../stacks/change-set-shelf.ts'
import {makeChangeSet} from './cloudformation-make-change-set.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {importedIn} from '../stacks/import-resources.ts'
import {beginCreate, beginImport, beginUpdate} from '../stacks/stack-operations.ts'
import {recipeOf} from '../stacks/stack-recipe.ts'
import {cannot, isRepeated, pageOf, refuse} from './cloudformation-input.ts'
import {shownChange} from './cloudformation-changes.ts'
import {parametersOf} from './cloudformation-describe.ts'
import {mayUpdate} from './cloudformation-stacks.ts'

const CHANGES_A_PAGE = 100
const operations = {CREATE: 'CREATE_STACK', UPDATE: 'UPDATE_STACK', IMPORT: 'UPDATE_STACK'} as const

export function changeSetOperations(engine: StackEngine) {
  return {
    CreateChangeSet: async (input: C.CreateChangeSetInput, {region}: CallContext): Promise<C.CreateChangeSetOutput> =>
      await makeChangeSet(engine, region, input),
    DescribeChangeSet: (input: C.DescribeChangeSetInput, {region}: CallContext): C.DescribeChangeSetOutput =>
      describe(engine, region, input),
    ListChangeSets: (input: C.ListChangeSetsInput, {region}: CallContext): C.ListChangeSetsOutput => {
      const stack = engine.shelf.get(region, input.StackName ?? '')
      const {items, next} = pageOf(
        changeSetsOf(engine, stack).filter((one) => one.stackId === stack.id),
        input.NextToken,
        CHANGES_A_PAGE,
      )
      return {Summaries: items.map(summary), NextToken: next}
    },
    DeleteChangeSet: (input: C.DeleteChangeSetInput, {region}: CallContext): object => {
      const changeSet = findChangeSet(engine, region, input.ChangeSetName ?? '', input.StackName)
      if (changeSet === undefined) return {}
      if (changeSet.parentId !== null) {
        throw new AwsFault('InvalidChangeSetStatus', 'Cannot delete a nested change set. Delete its root change set.')
      }
      if (changeSet.execution === 'EXECUTE_IN_PROGRESS' && executionOf(changeSet) === 'EXECUTE_IN_PROGRESS') {
        throw new AwsFault('InvalidChangeSetStatus', `Cannot delete ChangeSet in status ${changeSet.execution}`)
      }
      removeChangeSet(engine, changeSet)
      return {}
    },
    ExecuteChangeSet: async (input: C.ExecuteChangeSetInput, {region}: CallContext): Promise<object> =>
      await execute(engine, region, input),
  }
}

function describe(engine: StackEngine, region: string, input: C.DescribeChangeSetInput): C.DescribeChangeSetOutput {
  const changeSet = changeSetBy(engine, region, input.ChangeSetName ?? '', input.StackName)
  const changes = changeSet.status === 'CREATE_COMPLETE' ? (changeSet.plan?.changes ?? []) : []
  const {items, next} = pageOf(changes, input.NextToken, CHANGES_A_PAGE)
  return {
    ...summary(changeSet),
    Parameters: parametersOf(changeSet.plan?.recipe ?? null),
    Tags: Object.entries(changeSet.input.tags).map(([Key, Value]) => ({Key, Value})),
    Capabilities: [...changeSet.input.capabilities] as C.Capability[],
    NotificationARNs: [...changeSet.input.notificationArns],
    ...(changeSet.onStackFailure !== undefined && {OnStackFailure: changeSet.onStackFailure}),
    Changes: items.map((one) => shownChange(changeSet, one, input.IncludePropertyValues === true)),
    NextToken: next,
  }
}

const summary = (one: ChangeSet) => ({
  ChangeSetId: one.id,
  ChangeSetName: one.name,
  StackId: one.stackId,
  StackName: one.stackName,
  CreationTime: new Date(one.createdAt),
  Status: one.status,
  ExecutionStatus: executionOf(one),
  ...(one.reason !== null && {StatusReason: one.reason}),
  ...(one.description !== undefined && {Description: one.description}),
  IncludeNestedStacks: one.includeNested,
  ...(one.parentId !== null && {ParentChangeSetId: one.parentId}),
  ...(one.rootId !== null && {RootChangeSetId: one.rootId}),
})

/** Once begun, its stack says how it went. */
function executionOf(changeSet: ChangeSet): C.ExecutionStatus {
  if (changeSet.execution !== 'EXECUTE_IN_PROGRESS') return changeSet.execution
  const {stack} = changeSet
  if (stack.changeSet !== changeSet.id || stack.status.endsWith('_COMPLETE')) {
    return stack.status.includes('ROLLBACK') ? 'EXECUTE_FAILED' : 'EXECUTE_COMPLETE'
  }
  return stack.status.endsWith('_FAILED') ? 'EXECUTE_FAILED' : 'EXECUTE_IN_PROGRESS'
}

async function execute(engine: StackEngine, region: string, input: C.ExecuteChangeSetInput): Promise<object> {
  const changeSet = changeSetBy(engine, region, input.ChangeSetName ?? '', input.StackName)
  const {stack, kind, plan} = changeSet
  const token = input.ClientRequestToken
  if (isRepeated(stack, token, operations[kind])) return {}
  if (changeSet.parentId !== null) {
    throw new AwsFault('InvalidChangeSetStatus', 'Cannot execute a nested change set. Execute its root change set.')
  }
  if (plan === null || changeSet.status !== 'CREATE_COMPLETE' || changeSet.execution !== 'AVAILABLE') {
    const state = changeSet.execution === 'AVAILABLE' ? changeSet.status : changeSet.execution
    throw new AwsFault(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${state}]`,
    )
  }
  if (input.DisableRollback !== undefined && changeSet.onStackFailure !== undefined) {
    throw refuse('You cannot specify both DisableRollback and OnStackFailure.')
  }
  const disableRollback = input.DisableRollback ?? changeSet.onStackFailure === 'DO_NOTHING'
  const recipe = await recipeOf(engine, stack, changeSet.input)
  if (isRepeated(stack, token, operations[kind])) return {}
  if (kind === 'CREATE') {
    if (stack.status !== 'REVIEW_IN_PROGRESS') throw cannot(stack, 'created')
    stack.onFailure = disableRollback ? 'DO_NOTHING' : (changeSet.onStackFailure ?? 'ROLLBACK')
  } else mayUpdate(stack, disableRollback)
  changeSet.execution = 'EXECUTE_IN_PROGRESS'
  stack.changeSet = changeSet.id
  stack.role = changeSet.role ?? stack.role
  retireChangeSets(engine, stack, changeSet)
  const wishes = {token: token ?? null, disableRollback, retainExceptOnCreate: input.RetainExceptOnCreate === true}
  if (kind === 'CREATE') beginCreate(engine, stack, recipe, wishes)
  else if (kind === 'IMPORT') beginImport(engine, stack, recipe, importedIn(plan), wishes)
  else beginUpdate(engine, stack, recipe, wishes)
  return {}
}
