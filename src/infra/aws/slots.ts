/**
 * What a release changes, made once: slot services, their scaling, the live rule. Whatever is there already is left exactly as it
 * is: a release may be moving it at this moment.
 */
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import type {SlotSpec, SlotState, SlotsPort} from '../../runbooks/provision/ports.ts'
import {createLiveRule, findLiveRule} from './live-rule-creation.ts'
import type {AwsSession} from './session.ts'
import {createScaling, removeScaling, scalingBounds} from './slot-scaling-creation.ts'
import {createSlotService} from './slot-creation.ts'
import {unlessMissing} from './unless-missing.ts'

type Signal = AbortSignal | undefined

export function slots(session: AwsSession): SlotsPort {
  return {
    slot: (region, cluster, service, signal) => slotState(session.inRegion(region), cluster, service, signal),
    async createSlot(spec, signal) {
      if (await isThere(session.inRegion(spec.region), spec, signal)) return
      await createSlotService(session.inRegion(spec.region), spec, signal)
    },
    createScaling: (spec, signal) => createScaling(session.inRegion(spec.region), spec, signal),
    removeScaling: (region, cluster, service, signal) => removeScaling(session.inRegion(region), cluster, service, signal),
    async scaleSlot(region, cluster, service, count, signal) {
      await session
        .inRegion(region)
        .call('ecs', 'UpdateService', {cluster, service, desiredCount: count}, {signal, resource: service})
    },
    removeSlot: (region, cluster, service, signal) => removeSlot(session.inRegion(region), cluster, service, signal),
    liveRule: (region, listener, groups, signal) => findLiveRule(session.inRegion(region), listener, groups, signal),
    createLiveRule: (spec, signal) => createLiveRule(session.inRegion(spec.region), spec, signal),
    async removeLiveRule(region, arn, signal) {
      await unlessMissing(
        session.inRegion(region).call('elasticloadbalancing', 'DeleteRule', {RuleArn: arn}, {signal, resource: arn}),
      )
    },
    async healthyTargets(region, TargetGroupArn, signal) {
      const answer = await session
        .inRegion(region)
        .call('elasticloadbalancing', 'DescribeTargetHealth', {TargetGroupArn}, {signal, resource: TargetGroupArn})
      return (answer.TargetHealthDescriptions ?? []).filter(({TargetHealth}) => TargetHealth?.State === 'healthy').length
    },
  }
}

/** A deleted service is remembered by ECS for a while as INACTIVE; for us it isn't there. */
async function slotState(session: AwsSession, cluster: string, service: string, signal: Signal): Promise<SlotState | null> {
  const described = session.call('ecs', 'DescribeServices', {cluster, services: [service]}, {signal, resource: service})
  const found = (await unlessMissing(described))?.services?.[0]
  if (found === undefined || found.status === 'INACTIVE') return null
  return {
    status: found.status === 'DRAINING' ? 'DRAINING' : 'ACTIVE',
    desired: found.desiredCount ?? 0,
    running: found.runningCount ?? 0,
    taskDefinition: found.taskDefinition ?? '',
    targetGroup: found.loadBalancers?.[0]?.targetGroupArn ?? null,
    scaling: await scalingBounds(session, cluster, service, signal),
  }
}

/** The name of a draining service is taken until it is gone. */
async function isThere(session: AwsSession, {cluster, service}: SlotSpec, signal: Signal): Promise<boolean> {
  const answer = await session.call('ecs', 'DescribeServices', {cluster, services: [service]}, {signal, resource: service})
  const status = answer.services?.[0]?.status
  if (status === 'DRAINING') throw new Unavailable('ecs:CreateService', `${service} is still draining`)
  return status === 'ACTIVE'
}

/** Without force: a service that still has tasks is refused, and that is meant. */
async function removeSlot(session: AwsSession, cluster: string, service: string, signal: Signal): Promise<void> {
  await unlessMissing(session.call('ecs', 'DeleteService', {cluster, service}, {signal, resource: service}))
}
