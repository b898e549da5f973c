/**
 * CloudFormation, as provisioning needs it. Every operation carries a token, so that the same one tried twice is one. It waits
 * for nothing: who began an operation looks again later.
 */
import type {StackInput, StackRef, StacksPort} from '../../runbooks/provision/ports.ts'
import {deleteChangeSet, executeChangeSet, makeChangeSet, readChangeSet} from './change-sets.ts'
import {describeStack, listStacks, stackEvents, stackPolicy, stackResources, stackTemplate, unlessAbsent} from './read-stacks.ts'
import type {AwsSession} from './session.ts'
import {stackCall} from './stack-call.ts'
import {detectDrift, readDrift} from './stack-drift.ts'

export function stacks(session: AwsSession): StacksPort {
  const at = ({name, region}: StackRef, signal: AbortSignal | undefined) => ({
    here: session.inRegion(region),
    options: {signal, resource: name},
  })
  return {
    describe: (stack, signal) => describeStack(session, stack, signal),
    template: (stack, signal) => stackTemplate(session, stack, signal),
    resources: (stack, signal) => stackResources(session, stack, signal),
    events: (stack, since, signal) => stackEvents(session, stack, since, signal),
    list: (region, prefix, signal) => listStacks(session, region, prefix, signal),
    create: (input, signal) => createStack(session, input, signal),
    makeChangeSet: (input, signal) => makeChangeSet(session, input, signal),
    changeSet: (stack, nameOrId, signal) => readChangeSet(session, stack, nameOrId, signal),
    executeChangeSet: (stack, changeSet, token, signal) => executeChangeSet(session, stack, changeSet, token, signal),
    deleteChangeSet: (stack, changeSet, signal) => deleteChangeSet(session, stack, changeSet, signal),
    async continueRollback(stack, token, signal) {
      const {here, options} = at(stack, signal)
      await here.call('cloudformation', 'ContinueUpdateRollback', {StackName: stack.name, ClientRequestToken: token}, options)
    },
    async remove(stack, {token, role, retain}, signal) {
      const {here, options} = at(stack, signal)
      await unlessAbsent(() =>
        here.call(
          'cloudformation',
          'DeleteStack',
          {
            StackName: stack.name,
            ClientRequestToken: token,
            ...(role !== null && {RoleARN: role}),
            ...(retain !== undefined && retain.length > 0 && {RetainResources: [...retain]}),
          },
          options,
        ),
      )
    },
    async setPolicy(stack, policy, signal) {
      const {here, options} = at(stack, signal)
      await here.call('cloudformation', 'SetStackPolicy', {StackName: stack.name, StackPolicyBody: policy}, options)
    },
    policy: (stack, signal) => stackPolicy(session, stack, signal),
    async protect(stack, protection, signal) {
      const {here, options} = at(stack, signal)
      await here.call(
        'cloudformation',
        'UpdateTerminationProtection',
        {StackName: stack.name, EnableTerminationProtection: protection === 'on'},
        options,
      )
    },
    detectDrift: (stack, signal) => detectDrift(session, stack, signal),
    drift: (stack, detection, signal) => readDrift(session, stack, detection, signal),
  }
}

/** A failure leaves what was made, so that a second try goes on from there instead of beginning anew. */
async function createStack(
  session: AwsSession,
  input: StackInput,
  signal: AbortSignal | undefined,
): Promise<{readonly id: string}> {
  const {name, region} = input.stack
  const answer = await session.inRegion(region).call(
    'cloudformation',
    'CreateStack',
    {
      ...stackCall(input),
      ClientRequestToken: input.token,
      DisableRollback: true,
      RetainExceptOnCreate: true,
    },
    {signal, resource: name},
  )
  return {id: answer.StackId ?? ''}
}
