/** What CloudFormation says about a stack. Only reads; a stack that isn't there is null. */
import type {Stack, StackEvent as CfnEvent, StackResourceSummary} from '@aws-sdk/client-cloudformation'
import type {StackEvent, StackRef, StackResource, StackState, StackStatus} from '../../runbooks/provision/ports.ts'
import {paged} from './paged.ts'
import type {AwsSession} from './session.ts'
import {awsErrorName, isMissing} from './translate-error.ts'

type Signal = AbortSignal | undefined

/** By id it also finds a stack that is gone, as DELETE_COMPLETE. */
export async function describeStack(session: AwsSession, {name, region}: StackRef, signal?: Signal): Promise<StackState | null> {
  return unlessAbsent(async () => {
    const answer = await session
      .inRegion(region)
      .call('cloudformation', 'DescribeStacks', {StackName: name}, {signal, resource: name})
    const found = answer.Stacks?.[0]
    return found === undefined ? null : stackState(found)
  })
}

export async function listStacks(
  session: AwsSession,
  region: string,
  prefix: string,
  signal?: Signal,
): Promise<readonly StackState[]> {
  const all = await paged(async (NextToken) => {
    const page = await session.inRegion(region).call('cloudformation', 'DescribeStacks', {NextToken}, {signal})
    return {items: page.Stacks, next: page.NextToken}
  })
  const roots = all.filter((stack) => stack.ParentId === undefined && stack.StackName?.startsWith(prefix) === true)
  return roots.map(stackState).filter(({status}) => status !== 'DELETE_COMPLETE')
}

export async function stackTemplate(session: AwsSession, {name, region}: StackRef, signal?: Signal): Promise<string | null> {
  return unlessAbsent(async () => {
    const answer = await session
      .inRegion(region)
      .call('cloudformation', 'GetTemplate', {StackName: name, TemplateStage: 'Original'}, {signal, resource: name})
    return answer.TemplateBody ?? null
  })
}

export async function stackResources(
  session: AwsSession,
  {name, region}: StackRef,
  signal?: Signal,
): Promise<readonly StackResource[]> {
  const all = await unlessAbsent(() =>
    paged(async (NextToken) => {
      const page = await session
        .inRegion(region)
        .call('cloudformation', 'ListStackResources', {StackName: name, NextToken}, {signal, resource: name})
      return {items: page.StackResourceSummaries, next: page.NextToken}
    }),
  )
  return (all ?? []).map(stackResource)
}

/** AWS answers newest first, so reading ends at the first page that reaches back before `since`. */
export async function stackEvents(
  session: AwsSession,
  {name, region}: StackRef,
  since: number,
  signal?: Signal,
): Promise<readonly StackEvent[]> {
  const old = (event: CfnEvent): boolean => (event.Timestamp?.getTime() ?? 0) < since
  const all = await unlessAbsent(() =>
    paged(
      async (NextToken) => {
        const page = await session
          .inRegion(region)
          .call('cloudformation', 'DescribeStackEvents', {StackName: name, NextToken}, {signal, resource: name})
        return {items: page.StackEvents, next: page.NextToken}
      },
      (page) => page.some(old),
    ),
  )
  return (all ?? [])
    .filter((event) => !old(event))
    .map(stackEvent)
    .reverse()
}

export async function stackPolicy(session: AwsSession, {name, region}: StackRef, signal?: Signal): Promise<string | null> {
  return unlessAbsent(async () => {
    const answer = await session
      .inRegion(region)
      .call('cloudformation', 'GetStackPolicy', {StackName: name}, {signal, resource: name})
    return answer.StackPolicyBody ?? null
  })
}

/** CloudFormation has one name for everything that is wrong with a request; only the sentence tells that a stack isn't there. */
export async function unlessAbsent<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (isMissing(error) || isAbsentStack(error)) return null
    throw error
  }
}

function isAbsentStack(error: unknown): boolean {
  return awsErrorName(error) === 'ValidationError' && (error as Error).message.includes('does not exist')
}

function stackState(stack: Stack): StackState {
  const changed = [stack.CreationTime, stack.LastUpdatedTime, stack.DeletionTime].map((at) => at?.getTime() ?? 0)
  const parameters = stack.Parameters ?? []
  return {
    id: stack.StackId ?? '',
    name: stack.StackName ?? '',
    status: stack.StackStatus as StackStatus,
    reason: stack.StackStatusReason ?? null,
    parameters: record(parameters.map(({ParameterKey, ParameterValue}) => [ParameterKey, ParameterValue])),
    resolved: record(parameters.map(({ParameterKey, ResolvedValue}) => [ParameterKey, ResolvedValue])),
    tags: record((stack.Tags ?? []).map(({Key, Value}) => [Key, Value])),
    outputs: record((stack.Outputs ?? []).map(({OutputKey, OutputValue}) => [OutputKey, OutputValue])),
    changedAt: Math.max(...changed),
    protected: stack.EnableTerminationProtection === true,
    parent: stack.ParentId ?? null,
  }
}

/** Without what AWS leaves out. */
function record(entries: readonly (readonly [string | undefined, string | undefined])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.flatMap(([key, value]) => (key === undefined || value === undefined ? [] : [[key, value]])))
}

function stackResource(resource: StackResourceSummary): StackResource {
  return {
    logicalId: resource.LogicalResourceId ?? '',
    physicalId: resource.PhysicalResourceId ?? '',
    type: resource.ResourceType ?? '',
    status: resource.ResourceStatus ?? '',
    reason: resource.ResourceStatusReason ?? null,
    changedAt: resource.LastUpdatedTimestamp?.getTime() ?? 0,
  }
}

function stackEvent(event: CfnEvent): StackEvent {
  return {
    id: event.EventId ?? '',
    at: event.Timestamp?.getTime() ?? 0,
    stack: event.StackName ?? '',
    stackId: event.StackId ?? '',
    logicalId: event.LogicalResourceId ?? '',
    physicalId: event.PhysicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason ?? null,
  }
}
