/**
 * Makes a change set: a plan for a stack that is there or shall be, and one for each stack nested in it. What is wrong with the
 * call is refused; what is wrong with the plan is a change set that failed, with its reason.
 */
import type * as C from '@aws-sdk/client-cloudformation'
import {AwsFault} from '../world/contract.ts'
import {badName, cannot, checkStackName, recipeInput, refuse, refuseUnmodelled} from './cloudformation-input.ts'
import {mayUpdate} from './cloudformation-stacks.ts'
import {changesSomething, planStack} from '../stacks/change-plan.ts'
import type {StackPlan} from '../stacks/change-plan.ts'
import {changeSetsOf, freshChangeSetId, putChangeSet} from '../stacks/change-set-shelf.ts'
import type {ChangeSet} from '../stacks/change-set-shelf.ts'
import {importPlan} from '../stacks/import-resources.ts'
import {schemaProblems, takenNames} from '../stacks/early-validation.ts'
import type {EarlyProblem} from '../stacks/early-validation.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {setStatus} from '../stacks/stack-events.ts'
import {recipeOf} from '../stacks/stack-recipe.ts'
import type {RecipeInput} from '../stacks/stack-recipe.ts'
import {uuid} from '../world/uuid.ts'
import type {Operation, Stack} from '../stacks/stack-state.ts'

const MAKING_MS = 4000
const lookThere = 'To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.'
const nothingToDo = "The submitted information didn't contain changes. Submit different information to create a change set."

export async function makeChangeSet(
  engine: StackEngine,
  region: string,
  input: C.CreateChangeSetInput,
): Promise<C.CreateChangeSetOutput> {
  refuseUnmodelled('CreateChangeSet', input)
  const name = input.ChangeSetName ?? ''
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) throw refuse(badName(name, 'changeSetName'))
  const known = engine.shelf.find(region, input.StackName ?? '')
  const kind = input.ChangeSetType === 'CREATE' || input.ChangeSetType === 'IMPORT' ? input.ChangeSetType : 'UPDATE'
  const twin =
    known === undefined ? undefined : changeSetsOf(engine, known).find((one) => one.name === name && one.stackId === known.id)
  if (twin !== undefined && twin.token !== null && twin.token === input.ClientToken) return {Id: twin.id, StackId: twin.stackId}
  if (twin !== undefined) {
    throw new AwsFault(
      'AlreadyExistsException',
      `ChangeSet ${name} cannot be created due to a mismatch with existing attribute Template`,
    )
  }
  refuseState(known, kind, input.StackName ?? '')
  const given = await recipeInput(engine, region, input, known?.status === 'REVIEW_IN_PROGRESS' ? null : (known ?? null))
  const draftId = {id: '', name: input.StackName ?? '', region}
  const recipe = await recipeOf(engine, known ?? draftId, given)
  const stack = known ?? reviewStack(engine, region, checkStackName(input.StackName), input)
  const id = freshChangeSetId(engine, region, name)
  const changeSet = await planned(engine, region, id, input, {stack, kind, given, recipe})
  putChangeSet(engine, changeSet)
  engine.world.clock.at(engine.world.clock.now() + MAKING_MS, () => {
    ready(changeSet)
  })
  return {Id: id, StackId: stack.id}
}

function refuseState(stack: Stack | undefined, kind: ChangeSet['kind'], name: string): void {
  if (kind !== 'CREATE') {
    if (stack === undefined) throw refuse(`Stack [${name}] does not exist`)
    if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED') mayUpdate(stack, false)
    return
  }
  if (stack !== undefined && stack.status !== 'REVIEW_IN_PROGRESS') {
    throw refuse(`Stack [${name}] already exists and cannot be created again with the changeSet [CREATE].`)
  }
  if (stack?.operations.at(-1)?.kind === 'CREATE_STACK') throw cannot(stack, 'created')
}

/** The empty shell that a first change set makes. */
function reviewStack(engine: StackEngine, region: string, name: string, input: C.CreateChangeSetInput): Stack {
  const stack = engine.shelf.add({name, region, parent: null, path: []})
  const operation: Operation = {
    id: uuid(engine.world),
    kind: 'CREATE_CHANGESET',
    token: input.ClientToken ?? null,
    startedAt: engine.world.clock.now(),
    disableRollback: false,
    retainExceptOnCreate: false,
    cancel: new AbortController(),
  }
  stack.role = input.RoleARN ?? null
  stack.operations.push(operation)
  setStatus(engine, stack, operation, 'REVIEW_IN_PROGRESS', 'User Initiated')
  return stack
}

interface Making {
  readonly stack: Stack
  readonly kind: ChangeSet['kind']
  readonly given: RecipeInput
  readonly recipe: StackPlan['recipe']
}

async function planned(
  engine: StackEngine,
  region: string,
  id: string,
  input: C.CreateChangeSetInput,
  making: Making,
): Promise<ChangeSet> {
  const {stack, kind, given} = making
  const follow = input.IncludeNestedStacks === true ? 'follow' : 'stay'
  const base = {
    id,
    name: input.ChangeSetName ?? '',
    kind,
    createdAt: engine.world.clock.now(),
    stack,
    stackId: stack.id,
    stackName: stack.name,
    description: input.Description,
    token: input.ClientToken ?? null,
    input: given,
    includeNested: input.IncludeNestedStacks === true,
    onStackFailure: input.OnStackFailure,
    role: input.RoleARN ?? null,
    parentId: null,
    rootId: null,
    execution: 'UNAVAILABLE' as const,
  }
  let plan: StackPlan
  try {
    plan = await planStack(engine, stack, making.recipe, follow)
    if (kind === 'IMPORT') plan = importPlan(engine, stack, plan, input.ResourcesToImport ?? [])
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error
    return {...base, plan: null, nested: new Map(), validation: [], status: 'CREATE_PENDING', reason: error.message}
  }
  const problems =
    input.DisableValidation === true || kind === 'IMPORT'
      ? []
      : [...schemaProblems(engine, plan), ...takenNames(engine, plan, region)]
  const failed = [...new Set(problems.map((one) => one.name))]
  const retried = stack.status.endsWith('_FAILED')
  const reason =
    failed.length > 0
      ? `The following hook(s)/validation failed: [${failed.join(', ')}]. ${lookThere}`
      : changesSomething(plan) || retried
        ? null
        : nothingToDo
  const parent: ChangeSet = {...base, plan, nested: new Map(), validation: [], status: 'CREATE_PENDING', reason}
  const nested = reason === null ? nestedChangeSets(engine, region, parent, plan) : new Map<string, string>()
  return {...base, plan, nested, validation: validationEvents(engine, stack, problems), status: 'CREATE_PENDING', reason}
}

function nestedChangeSets(engine: StackEngine, region: string, parent: ChangeSet, plan: StackPlan): ReadonlyMap<string, string> {
  return new Map(
    plan.changes.flatMap(({logicalId, nested}) => {
      if (nested === null) return []
      const name = `${parent.name}-${logicalId}-${engine.world.hex(13).toUpperCase()}`
      const id = freshChangeSetId(engine, region, name)
      const inner: ChangeSet = {
        ...parent,
        id,
        name,
        plan: nested,
        parentId: parent.id,
        rootId: parent.rootId ?? parent.id,
        nested: new Map(),
        validation: [],
        status: 'CREATE_COMPLETE',
        execution: 'AVAILABLE',
        reason: null,
        stackName: nested.stackName,
        stackId: nested.stackId ?? `${parent.stackId}/${logicalId}`,
        input: {
          ...parent.input,
          given: Object.fromEntries([...nested.recipe.parameters].map(([key, {value}]) => [key, value])),
          text: nested.recipe.text,
        },
      }
      putChangeSet(engine, {...inner, nested: nestedChangeSets(engine, region, inner, nested)})
      return [[logicalId, id] as const]
    }),
  )
}

function ready(changeSet: ChangeSet): void {
  const good = changeSet.reason === null
  changeSet.status = good ? 'CREATE_COMPLETE' : 'FAILED'
  if (changeSet.execution === 'UNAVAILABLE') changeSet.execution = good ? 'AVAILABLE' : 'UNAVAILABLE'
}

function validationEvents(engine: StackEngine, stack: Stack, problems: readonly EarlyProblem[]): readonly C.OperationEvent[] {
  const operation = uuid(engine.world)
  return problems.map(({change, name, message, path}) => ({
    EventId: uuid(engine.world),
    StackId: stack.id,
    OperationId: operation,
    OperationType: 'CREATE_CHANGESET',
    EventType: 'VALIDATION_ERROR',
    Timestamp: new Date(engine.world.clock.now()),
    LogicalResourceId: change.logicalId,
    ResourceType: change.type,
    ValidationName: name,
    ValidationStatus: 'FAILED',
    ValidationFailureMode: 'FAIL',
    ValidationStatusReason: message,
    ValidationPath: path,
  }))
}
