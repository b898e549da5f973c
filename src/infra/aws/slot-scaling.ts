/**
 * Application Auto Scaling of the slots' services. RegisterScalableTarget doesn't promise to keep the members of
 * SuspendedState that aren't sent, so all three are: what was read, with the two a release knows changed. It never registers
 * a target where there was none.
 */
import type {ScalableTarget} from '@aws-sdk/client-application-auto-scaling'
import type {Scaling, Slot, SlotScaling} from '../../runbooks/release/ports.ts'
import type {AwsSession} from './session.ts'

export interface ScalingInput {
  readonly cluster: string
  readonly services: Readonly<Record<Slot, string>>
}

/** Input of RegisterScalableTarget, complete. */
export interface ScalableTargetInput {
  readonly ServiceNamespace: 'ecs'
  readonly ResourceId: string
  readonly ScalableDimension: 'ecs:service:DesiredCount'
  readonly MinCapacity: number
  readonly MaxCapacity: number
  readonly SuspendedState: {
    readonly DynamicScalingInSuspended: boolean
    readonly DynamicScalingOutSuspended: boolean
    readonly ScheduledScalingSuspended: boolean
  }
}

export function slotScaling(session: AwsSession, input: ScalingInput): SlotScaling {
  return {
    async read(slot, signal) {
      const target = await scalableTarget(session, input, slot, signal)
      if (target === null) return null
      const suspended = target.SuspendedState
      return {
        min: target.MinCapacity ?? 0,
        max: target.MaxCapacity ?? 0,
        scaleInSuspended: suspended?.DynamicScalingInSuspended === true,
        scaleOutSuspended: suspended?.DynamicScalingOutSuspended === true,
      }
    },
    async write(slot, scaling, signal) {
      const wanted = await scalableTargetInput(session, input, slot, scaling, signal)
      if (wanted === null) return
      await session.call('application-autoscaling', 'RegisterScalableTarget', wanted, {signal, resource: wanted.ResourceId})
    },
  }
}

/** What to register so that `scaling` holds and everything else stays; null where there is no scalable target. */
export async function scalableTargetInput(
  session: AwsSession,
  input: ScalingInput,
  slot: Slot,
  scaling: Scaling,
  signal: AbortSignal,
): Promise<ScalableTargetInput | null> {
  const present = await scalableTarget(session, input, slot, signal)
  if (present === null) return null
  return {
    ServiceNamespace: 'ecs',
    ResourceId: resourceId(input, slot),
    ScalableDimension: 'ecs:service:DesiredCount',
    MinCapacity: scaling.min,
    MaxCapacity: scaling.max,
    SuspendedState: {
      DynamicScalingInSuspended: scaling.scaleInSuspended,
      DynamicScalingOutSuspended: scaling.scaleOutSuspended,
      ScheduledScalingSuspended: present.SuspendedState?.ScheduledScalingSuspended === true,
    },
  }
}

async function scalableTarget(
  session: AwsSession,
  input: ScalingInput,
  slot: Slot,
  signal: AbortSignal,
): Promise<ScalableTarget | null> {
  const id = resourceId(input, slot)
  const answer = await session.call(
    'application-autoscaling',
    'DescribeScalableTargets',
    {
      ServiceNamespace: 'ecs',
      ResourceIds: [id],
      ScalableDimension: 'ecs:service:DesiredCount',
    },
    {signal, resource: id},
  )
  return answer.ScalableTargets?.find((target) => target.ResourceId === id) ?? null
}

/** `service/<cluster name>/<service name>`, whether the configuration says names or ARNs. */
function resourceId(input: ScalingInput, slot: Slot): string {
  const last = (nameOrArn: string): string => nameOrArn.split('/').at(-1) ?? nameOrArn
  return `service/${last(input.cluster)}/${last(input.services[slot])}`
}
