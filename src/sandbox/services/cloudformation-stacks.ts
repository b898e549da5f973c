/** Making, changing and deleting stacks: who may begin what in which state. What happens then is the engine's. */
import type * as C from '@aws-sdk/client-cloudformation'
import {AwsFault} from '../world/contract.ts'
import type {CallContext} from '../world/contract.ts'
import {draftStack, planStack} from '../stacks/change-plan.ts'
import {retireChangeSets} from '../stacks/change-set-shelf.ts'
import {schemaProblems} from '../stacks/early-validation.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {beginCreate, beginDelete, beginUpdate} from '../stacks/stack-operations.ts'
import {readableStackPolicy} from '../stacks/stack-policy.ts'
import {recipeOf} from '../stacks/stack-recipe.ts'
import {protectedRoot} from '../stacks/stack-state.ts'
import type {Stack} from '../stacks/stack-state.ts'
import {templateText} from '../stacks/template-source.ts'
import {cannot, checkStackName, isRepeated, recipeInput, refuse, refuseUnmodelled} from './cloudformation-input.ts'

export function stackOperations(engine: StackEngine) {
  return {
    CreateStack: async (input: C.CreateStackInput, call: CallContext): Promise<C.CreateStackOutput> =>
      await createStack(engine, input, call),
    UpdateStack: async (input: C.UpdateStackInput, call: CallContext): Promise<C.UpdateStackOutput> =>
      await updateStack(engine, input, call),
    DeleteStack: (input: C.DeleteStackInput, call: CallContext): object => deleteStack(engine, input, call),
    SetStackPolicy: async (input: C.SetStackPolicyInput, call: CallContext): Promise<object> => {
      const stack = engine.shelf.get(call.region, input.StackName ?? '')
      stack.policy = (await policyText(engine, call, input.StackPolicyBody, input.StackPolicyURL)) ?? stack.policy
      return {}
    },
    GetStackPolicy: (input: C.GetStackPolicyInput, call: CallContext): C.GetStackPolicyOutput => {
      const {policy} = engine.shelf.get(call.region, input.StackName ?? '')
      return policy === null ? {} : {StackPolicyBody: policy}
    },
    UpdateTerminationProtection: (
      input: C.UpdateTerminationProtectionInput,
      call: CallContext,
    ): C.UpdateTerminationProtectionOutput => {
      const stack = engine.shelf.get(call.region, input.StackName ?? '')
      if (stack.parent !== null) {
        throw refuse('Termination Protection cannot be updated for a nested stack. Update it on the root stack.')
      }
      if (stack.status.startsWith('DELETE_') && stack.status !== 'DELETE_FAILED') throw cannot(stack, 'updated')
      stack.protected = input.EnableTerminationProtection === true
      return {StackId: stack.id}
    },
  }
}

async function createStack(engine: StackEngine, input: C.CreateStackInput, {region}: CallContext): Promise<C.CreateStackOutput> {
  refuseUnmodelled('CreateStack', input)
  const name = checkStackName(input.StackName)
  const known = engine.shelf.find(region, name)
  if (known !== undefined && isRepeated(known, input.ClientRequestToken, 'CREATE_STACK')) return {StackId: known.id}
  if (known !== undefined) throw new AwsFault('AlreadyExistsException', `Stack [${name}] already exists`)
  if (input.DisableRollback !== undefined && input.OnFailure !== undefined) {
    throw refuse('You can specify either DisableRollback or OnFailure, but not both.')
  }
  const given = await recipeInput(engine, region, input, null)
  const policy = await policyText(engine, {region}, input.StackPolicyBody, input.StackPolicyURL)
  const draft = draftStack(name, region, engine.world.account)
  await refuseEarly(engine, draft, await recipeOf(engine, draft, given))
  // Somebody may have been quicker meanwhile, ourselves included.
  const quicker = engine.shelf.find(region, name)
  if (quicker !== undefined && isRepeated(quicker, input.ClientRequestToken, 'CREATE_STACK')) return {StackId: quicker.id}
  if (quicker !== undefined) throw new AwsFault('AlreadyExistsException', `Stack [${name}] already exists`)
  const stack = engine.shelf.add({name, region, parent: null, path: []})
  stack.onFailure = input.OnFailure ?? (input.DisableRollback === true ? 'DO_NOTHING' : 'ROLLBACK')
  stack.role = input.RoleARN ?? null
  stack.timeoutMinutes = input.TimeoutInMinutes ?? null
  stack.protected = input.EnableTerminationProtection === true
  stack.policy = policy
  const recipe = await recipeOf(engine, stack, given)
  beginCreate(engine, stack, recipe, {
    token: input.ClientRequestToken ?? null,
    disableRollback: stack.onFailure === 'DO_NOTHING',
    retainExceptOnCreate: input.RetainExceptOnCreate === true,
  })
  return {StackId: stack.id}
}

async function updateStack(engine: StackEngine, input: C.UpdateStackInput, {region}: CallContext): Promise<C.UpdateStackOutput> {
  refuseUnmodelled('UpdateStack', input)
  const stack = engine.shelf.get(region, input.StackName ?? '')
  if (isRepeated(stack, input.ClientRequestToken, 'UPDATE_STACK')) return {StackId: stack.id}
  mayUpdate(stack, input.DisableRollback === true)
  const recipe = await recipeOf(engine, stack, await recipeInput(engine, region, input, stack))
  const plan = await planStack(engine, stack, recipe, 'own')
  const problems = schemaProblems(engine, plan)
  if (problems.length > 0) throw refuse(problems.map((one) => one.message).join('; '))
  if (!stack.status.endsWith('_FAILED') && plan.changes.length === 0 && !plan.outputsChange) {
    throw refuse('No updates are to be performed.')
  }
  if (isRepeated(stack, input.ClientRequestToken, 'UPDATE_STACK')) return {StackId: stack.id}
  mayUpdate(stack, input.DisableRollback === true)
  stack.role = input.RoleARN ?? stack.role
  stack.policy = (await policyText(engine, {region}, input.StackPolicyBody, input.StackPolicyURL)) ?? stack.policy
  retireChangeSets(engine, stack, null)
  beginUpdate(engine, stack, recipe, {
    token: input.ClientRequestToken ?? null,
    disableRollback: input.DisableRollback === true,
    retainExceptOnCreate: input.RetainExceptOnCreate === true,
  })
  return {StackId: stack.id}
}

const updatable = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
])

export function mayUpdate(stack: Stack, disableRollback: boolean): void {
  if (stack.parent !== null) throw refuse(`Stack [${stack.name}] is a nested stack: it is updated with its root stack.`)
  if (stack.status === 'CREATE_FAILED' || stack.status === 'UPDATE_FAILED') {
    if (disableRollback) return
    throw refuse(
      [
        `This stack is currently in a non-terminal [${stack.status}] state. To update the stack from this state, please use`,
        'the disable-rollback parameter with update-stack API. To rollback to the last known good state, '
          + 'use the rollback-stack API',
      ].join(' '),
    )
  }
  if (!updatable.has(stack.status)) throw cannot(stack, 'updated')
}

async function refuseEarly(
  engine: StackEngine,
  draft: Parameters<typeof planStack>[1],
  recipe: Parameters<typeof planStack>[2],
): Promise<void> {
  const problems = schemaProblems(engine, await planStack(engine, draft, recipe, 'own'))
  if (problems.length > 0) throw refuse(problems.map((one) => one.message).join('; '))
}

function deleteStack(engine: StackEngine, input: C.DeleteStackInput, {region}: CallContext): object {
  refuseUnmodelled('DeleteStack', input)
  const name = input.StackName ?? ''
  const stack = engine.shelf.find(region, name)
  // Deleting what isn't there is no error.
  if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return {}
  if (isRepeated(stack, input.ClientRequestToken, 'DELETE_STACK') && stack.status !== 'DELETE_FAILED') return {}
  if (protectedRoot(stack)) throw refuse(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`)
  const retain = input.RetainResources ?? []
  if (retain.length > 0 && stack.status !== 'DELETE_FAILED') {
    throw refuse(`Invalid operation on stack [${stack.id}]. Stack must be in DELETE_FAILED state in order to retain resources.`)
  }
  const strangers = retain.filter((one) => !stack.resources.has(one))
  if (strangers.length > 0) {
    throw refuse(
      `The specified resources to retain must be in a valid state. Resources [${strangers.join(', ')}] do not exist in the stack`,
    )
  }
  const force = input.DeletionMode === 'FORCE_DELETE_STACK'
  if (force && stack.status !== 'DELETE_FAILED') {
    throw refuse(
      `Invalid operation on stack [${stack.id}]. FORCE_DELETE_STACK is only allowed for stacks in DELETE_FAILED state.`,
    )
  }
  const busy =
    stack.status.endsWith('_IN_PROGRESS')
    && !['CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'].includes(stack.status)
  if (busy) throw refuse(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`)
  beginDelete(engine, stack, input.ClientRequestToken ?? null, {retain: new Set(retain), force})
  return {}
}

async function policyText(
  engine: StackEngine,
  {region}: Pick<CallContext, 'region'>,
  body: string | undefined,
  url: string | undefined,
): Promise<string | null> {
  const text = await templateText(engine.world, region, {TemplateBody: body, TemplateURL: url})
  if (text !== null && !readableStackPolicy(text)) throw refuse('Error validating stack policy: Invalid stack policy')
  return text
}
