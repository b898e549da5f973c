/** The ways back: cancelling an update, rolling back what failed and stayed, and going on with a rollback that failed. */
import type * as C from '@aws-sdk/client-cloudformation'
import type {CallContext} from '../world/contract.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {beginRollback, continueRollback} from '../stacks/stack-operations.ts'
import {cannot, isRepeated, refuse} from './cloudformation-input.ts'

export function rollbackOperations(engine: StackEngine) {
  return {
    CancelUpdateStack: (input: C.CancelUpdateStackInput, {region}: CallContext): object => {
      const stack = engine.shelf.get(region, input.StackName ?? '')
      if (stack.status !== 'UPDATE_IN_PROGRESS') {
        throw refuse(`CancelUpdateStack cannot be called from current stack status ${stack.status}`)
      }
      stack.operations.at(-1)?.cancel.abort('user')
      return {}
    },
    RollbackStack: (input: C.RollbackStackInput, {region}: CallContext): C.RollbackStackOutput => {
      const stack = engine.shelf.get(region, input.StackName ?? '')
      const token = input.ClientRequestToken
      if (isRepeated(stack, token, 'ROLLBACK')) return {StackId: stack.id}
      if (stack.parent !== null || (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED')) {
        throw cannot(stack, 'rolled back')
      }
      const operation = beginRollback(engine, stack, {
        token: token ?? null,
        disableRollback: false,
        retainExceptOnCreate: input.RetainExceptOnCreate === true,
      })
      return {StackId: stack.id, OperationId: operation.id}
    },
    ContinueUpdateRollback: (input: C.ContinueUpdateRollbackInput, {region}: CallContext): object => {
      const stack = engine.shelf.get(region, input.StackName ?? '')
      const token = input.ClientRequestToken
      if (isRepeated(stack, token, 'CONTINUE_ROLLBACK')) return {}
      if (stack.parent !== null) throw refuse(`RollbackUpdatedStack cannot be invoked on child stacks`)
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
        throw refuse(`Stack [${stack.id}] is in ${stack.status} state and can not continue update rollback`)
      }
      const skip = new Set(input.ResourcesToSkip ?? [])
      const wrong = [...skip].filter((one) => !one.includes('.') && stack.resources.get(one)?.status !== 'UPDATE_FAILED')
      if (wrong.length > 0) throw refuse(`Resources in state other than UPDATE_FAILED can not be skipped: [${wrong.join(', ')}]`)
      continueRollback(engine, stack, {token: token ?? null, disableRollback: false, retainExceptOnCreate: false}, skip)
      return {}
    },
  }
}
