/** Drift of one stack: begun here, looked at again later. What AWS couldn't compare is an error, never "no drift". */
import type {StackResourceDrift} from '@aws-sdk/client-cloudformation'
import {ExitCode, SluiceError} from '../../errors.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import type {DriftedResource, StackRef} from '../../runbooks/provision/ports.ts'
import {paged} from './paged.ts'
import type {AwsSession} from './session.ts'
import {awsErrorName} from './translate-error.ts'

type Signal = AbortSignal | undefined

export async function detectDrift(
  session: AwsSession,
  {name, region}: StackRef,
  signal?: Signal,
): Promise<{readonly detection: string}> {
  try {
    const answer = await session
      .inRegion(region)
      .call('cloudformation', 'DetectStackDrift', {StackName: name}, {signal, resource: name})
    return {detection: answer.StackDriftDetectionId ?? ''}
  } catch (error) {
    // Somebody else's detection is under way, and its id isn't told: ours can begin when that one is done.
    if (awsErrorName(error) !== 'ValidationError' || !(error as Error).message.includes('already in progress')) throw error
    throw new Unavailable('cloudformation:DetectStackDrift', `drift of ${name} is being detected already`, {cause: error})
  }
}

/** null while it is under way. */
export async function readDrift(
  session: AwsSession,
  stack: StackRef,
  detection: string,
  signal?: Signal,
): Promise<readonly DriftedResource[] | null> {
  const here = session.inRegion(stack.region)
  const status = await here.call(
    'cloudformation',
    'DescribeStackDriftDetectionStatus',
    {StackDriftDetectionId: detection},
    {signal, resource: stack.name},
  )
  if (status.DetectionStatus === 'DETECTION_IN_PROGRESS') return null
  if (status.DetectionStatus === 'DETECTION_FAILED')
    throw incomplete(stack, status.DetectionStatusReason ?? 'AWS gives no reason')
  const all = await paged(async (NextToken) => {
    const page = await here.call(
      'cloudformation',
      'DescribeStackResourceDrifts',
      {
        StackName: stack.name,
        StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
        NextToken,
      },
      {signal, resource: stack.name},
    )
    return {items: page.StackResourceDrifts, next: page.NextToken}
  })
  return all.map(drifted)
}

function incomplete({name, region}: StackRef, reason: string): SluiceError {
  return new SluiceError({
    code: 'drift-incomplete',
    exitCode: ExitCode.unexpected,
    message: `Drift of ${name} in ${region} couldn't be detected completely: ${reason}`,
    suggestions: ['sluice iam policy --command "infra drift"'],
  })
}

const kinds = {ADD: 'add', REMOVE: 'remove', NOT_EQUAL: 'not-equal'} as const

function drifted(drift: StackResourceDrift): DriftedResource {
  return {
    logicalId: drift.LogicalResourceId ?? '',
    physicalId: drift.PhysicalResourceId ?? '',
    type: drift.ResourceType ?? '',
    kind: drift.StackResourceDriftStatus === 'DELETED' ? 'deleted' : 'modified',
    properties: (drift.PropertyDifferences ?? []).map(({PropertyPath, ExpectedValue, ActualValue, DifferenceType}) => ({
      path: (PropertyPath ?? '').replace(/^\//, ''),
      expected: DifferenceType === 'ADD' ? null : (ExpectedValue ?? null),
      actual: DifferenceType === 'REMOVE' ? null : (ActualValue ?? null),
      kind: kinds[DifferenceType as keyof typeof kinds] ?? 'not-equal',
    })),
  }
}
