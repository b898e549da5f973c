/**
 * A slot's scalable target and its policy, made once. Bounds that are there stay: between releases they say which slot is home.
 */
import type {ScalableTarget} from '@aws-sdk/client-application-auto-scaling'
import type {SlotSpec} from '../../runbooks/provision/ports.ts'
import type {AwsSession} from './session.ts'
import {isMissing} from './translate-error.ts'

type Signal = AbortSignal | undefined

const dimension = {ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount'} as const
export const resourceId = (cluster: string, service: string): string =>
  `service/${cluster.split('/').at(-1) ?? cluster}/${service}`
const policyName = (service: string): string => `${service}-cpu`

export async function createScaling(session: AwsSession, spec: SlotSpec, signal?: Signal): Promise<void> {
  const {min, max, cpuPercent} = spec.scaling
  const ResourceId = resourceId(spec.cluster, spec.service)
  const options = {signal, resource: ResourceId}
  if ((await scalableTarget(session, ResourceId, signal)) === null) {
    await session.call(
      'application-autoscaling',
      'RegisterScalableTarget',
      {
        ...dimension,
        ResourceId,
        MinCapacity: min,
        MaxCapacity: max,
      },
      options,
    )
  }
  const policies = await session.call('application-autoscaling', 'DescribeScalingPolicies', {...dimension, ResourceId}, options)
  if ((policies.ScalingPolicies ?? []).length > 0) return
  await session.call(
    'application-autoscaling',
    'PutScalingPolicy',
    {
      ...dimension,
      ResourceId,
      PolicyName: policyName(spec.service),
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: cpuPercent,
        PredefinedMetricSpecification: {PredefinedMetricType: 'ECSServiceAverageCPUUtilization'},
        ScaleOutCooldown: 60,
        ScaleInCooldown: 300,
      },
    },
    options,
  )
}

/** Its policies go with it. */
export async function removeScaling(session: AwsSession, cluster: string, service: string, signal?: Signal): Promise<void> {
  const ResourceId = resourceId(cluster, service)
  try {
    await session.call(
      'application-autoscaling',
      'DeregisterScalableTarget',
      {...dimension, ResourceId},
      {signal, resource: ResourceId},
    )
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

export async function scalingBounds(
  session: AwsSession,
  cluster: string,
  service: string,
  signal?: Signal,
): Promise<{readonly min: number; readonly max: number} | null> {
  const found = await scalableTarget(session, resourceId(cluster, service), signal)
  return found === null ? null : {min: found.MinCapacity ?? 0, max: found.MaxCapacity ?? 0}
}

export async function scalableTarget(session: AwsSession, ResourceId: string, signal: Signal): Promise<ScalableTarget | null> {
  const answer = await session.call(
    'application-autoscaling',
    'DescribeScalableTargets',
    {...dimension, ResourceIds: [ResourceId]},
    {signal, resource: ResourceId},
  )
  return answer.ScalableTargets?.find((one) => one.ResourceId === ResourceId) ?? null
}
