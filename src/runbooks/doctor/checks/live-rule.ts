/** The one rule whose weights a release moves, what surrounds it, and the switch that sends it home. */
import type {Finding} from '../finding.ts'
import {fail, finding, heading, ok, warn} from '../finding.ts'
import type {DoctorWorld} from '../ports.ts'
import {unfinishedLeases} from './state.ts'

export async function liveRule(world: DoctorWorld, signal: AbortSignal): Promise<Finding> {
  const children = await Promise.all([
    finding('weights', () => weights(world, signal)),
    finding('rule', () => rule(world, signal)),
    finding('listener', () => listener(world, signal)),
    finding('other rules', () => others(world, signal)),
    finding("dead-man's switch", () => deadMansSwitch(world, signal)),
  ])
  // …:listener-rule/app/<load balancer>/<id>/<listener>/<rule>
  const [, , balancer, , , id] = world.config.rule.split('/')
  return heading('live rule', `${id ?? world.config.rule} of load balancer ${balancer ?? 'unknown'}`, children)
}

async function weights(world: DoctorWorld, signal: AbortSignal) {
  const reading = await world.release.rule.read(signal)
  if (reading.unusable !== null) {
    return fail(`a release can't use it: ${reading.unusable}`, 'let it forward to exactly the two target groups of sluice.yaml')
  }
  const {a, b} = reading.weights
  const atRest = (a === 0) !== (b === 0)
  if (!atRest && (await runUnfinished(world, signal))) return ok(`${reading.words}; a run is under way`)
  if (!atRest) {
    return fail(
      `${reading.words}, and no run is unfinished: expected one slot at 100, the other at 0`,
      'sluice release history',
      `aws elbv2 describe-rules --rule-arns ${world.config.rule}`,
    )
  }
  if (reading.stickiness) {
    return warn(`${reading.words}: stickiness keeps clients on a slot whatever the weights say; a release turns it off`)
  }
  return ok(reading.words)
}

async function runUnfinished(world: DoctorWorld, signal: AbortSignal): Promise<boolean> {
  if ((await world.stateBucket(signal)) === null) return false
  return (await unfinishedLeases(world, signal)).length > 0
}

async function rule(world: DoctorWorld, signal: AbortSignal) {
  const {priority, liveTag} = await world.surroundings(signal)
  if (priority === 'default') {
    return fail(
      "it is the listener's default rule, which the dead-man's switch can't write",
      'make a rule of its own: path /*, priority 40000',
    )
  }
  if (liveTag === null) {
    return warn(
      `priority ${priority}, not tagged sluice:live: init --import and other tools can't know it`,
      `aws elbv2 add-tags --resource-arns ${world.config.rule} --tags Key=sluice:live,Value=${world.config.service}`,
    )
  }
  return ok(`priority ${priority}, tagged sluice:live`)
}

async function listener(world: DoctorWorld, signal: AbortSignal) {
  const {listenerDefault} = await world.surroundings(signal)
  if (listenerDefault.startsWith('forward')) {
    return warn(
      `default action ${listenerDefault}: requests that no rule matches go round the release`,
      'make the default action a fixed response 503',
    )
  }
  return ok(`default action ${listenerDefault}`)
}

async function others(world: DoctorWorld, signal: AbortSignal) {
  const found = await world.release.otherRules(signal)
  if (found.length === 0) return ok('none forwards to the slots')
  return fail(
    `${found.length} forward to the slots too: a release would move only part of the traffic`,
    ...found.map((arn) => `aws elbv2 describe-rules --rule-arns ${arn}`),
  )
}

async function deadMansSwitch(world: DoctorWorld, signal: AbortSignal) {
  const reading = await world.release.deadMansSwitch.read(signal)
  if (reading === null) return ok('can be read; not armed, nothing runs')
  const due = new Date(reading.dueAt).toISOString()
  if (await runUnfinished(world, signal)) return ok(`armed: traffic goes home at ${due} unless somebody ticks`)
  return warn(`armed for ${due}, though no run is unfinished`, 'sluice release history')
}
