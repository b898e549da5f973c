/** One slot: its service, targets, target group and scaling. Says which hazards a release would meet, changes nothing. */
import type {Slot} from '../../release/ports.ts'
import type {Finding, Seen} from '../finding.ts'
import {fail, finding, heading, ok, warn} from '../finding.ts'
import type {DoctorWorld} from '../ports.ts'

type Look = (world: DoctorWorld, slot: Slot, signal: AbortSignal) => Promise<Seen>

const looks: readonly (readonly [string, Look])[] = [
  ['service', service],
  ['targets', targets],
  ['target group', targetGroup],
  ['scaling', scaling],
]

export async function slotCheck(world: DoctorWorld, slot: Slot, signal: AbortSignal): Promise<Finding> {
  const children = await Promise.all(looks.map(([name, look]) => finding(name, () => look(world, slot, signal))))
  return heading(`slot ${slot}`, world.config.slots[slot].service, children)
}

async function serves(world: DoctorWorld, slot: Slot, signal: AbortSignal): Promise<boolean> {
  return (await world.release.rule.read(signal)).weights[slot] > 0
}

async function service(world: DoctorWorld, slot: Slot, signal: AbortSignal): Promise<Seen> {
  const {service: name, circuitBreaker, capacityProvider, running, desired} = await world.release.slots.read(slot, signal)
  const tasks = `${running} of ${desired} tasks run`
  const update = (option: string): string =>
    `aws ecs update-service --cluster ${world.config.cluster} --service ${name} ${option}`
  const breakerOn = update('--deployment-configuration deploymentCircuitBreaker={enable=true,rollback=false}')
  if (circuitBreaker.rollback) {
    return fail(`${tasks}; its circuit breaker rolls back by itself, to a version older than stable`, breakerOn)
  }
  if (!circuitBreaker.enabled) {
    return warn(`${tasks}; its circuit breaker is off: a version that can't start is retried for ever`, breakerOn)
  }
  if (running < desired) return warn(tasks, update('--force-new-deployment'))
  if (capacityProvider === null) {
    return warn(`${tasks}; no capacity provider is named, so the cluster's default decides where tasks start`)
  }
  return ok(`${tasks} on ${capacityProvider}`)
}

async function targets(world: DoctorWorld, slot: Slot, signal: AbortSignal): Promise<Seen> {
  const all = await world.release.targets.health(slot, signal)
  const healthy = all.filter(({state}) => state === 'healthy').length
  const words = all.length === 0 ? 'none registered' : `${healthy} of ${all.length} healthy`
  if (!(await serves(world, slot, signal))) return ok(`${words}; no traffic here`)
  const reasons = [...new Set(all.flatMap(({reason}) => reason ?? []))]
  if (healthy === 0) {
    return fail(
      `${words}, and this slot serves`,
      `aws elbv2 describe-target-health --target-group-arn ${world.config.slots[slot].targetGroup}`,
    )
  }
  return healthy < all.length ? warn(`${words}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`) : ok(words)
}

async function targetGroup(world: DoctorWorld, slot: Slot, signal: AbortSignal): Promise<Seen> {
  const settings = await world.release.targets.settings(slot, signal)
  const attribute = (key: string, value: string): string =>
    `aws elbv2 modify-target-group-attributes --target-group-arn ${world.config.slots[slot].targetGroup} `
    + `--attributes Key=${key},Value=${value}`
  if (settings.stickiness) {
    return warn(
      'stickiness is on: clients keep their target, so the observed share lags behind the weight',
      attribute('stickiness.enabled', 'false'),
    )
  }
  if (settings.slowStartSeconds > 0) {
    return warn(
      `slow start ${settings.slowStartSeconds} s: the first ${Math.ceil(settings.slowStartSeconds / 60) + 1} minutes of `
        + "each task aren't judged",
    )
  }
  if (settings.deregistrationDelaySeconds > 600) {
    return warn(
      `deregistration takes ${settings.deregistrationDelaySeconds} s, and so does every scale-in`,
      attribute('deregistration_delay.timeout_seconds', '60'),
    )
  }
  return ok(`no stickiness, no slow start, drains in ${settings.deregistrationDelaySeconds} s`)
}

async function scaling(world: DoctorWorld, slot: Slot, signal: AbortSignal): Promise<Seen> {
  const found = await world.release.scaling.read(slot, signal)
  if (found === null) return ok('no scalable target: the size is what the service says')
  const words = `${found.min} to ${found.max} tasks`
  if (found.scaleInSuspended && (await world.release.deadMansSwitch.read(signal)) === null) {
    return warn(
      `${words}; scale-in is suspended and no release is under way`,
      'aws application-autoscaling register-scalable-target --service-namespace ecs '
        + '--scalable-dimension ecs:service:DesiredCount --resource-id '
        + `service/${world.config.cluster}/${world.config.slots[slot].service} `
        + '--suspended-state DynamicScalingInSuspended=false',
    )
  }
  return ok(words)
}
