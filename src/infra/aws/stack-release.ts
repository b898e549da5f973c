/**
 * What a release of a stack of ours touches: read from the outputs of its stacks, and from the listener, whose live rule is in no
 * template. It only reads, and never guesses: what isn't there is said, with the command that makes it.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {RecoveryTarget, ReleaseConfig, ReleaseSettings} from '../../config/release-config.ts'
import {slotService, stackOf} from '../../config/slot-names.ts'
import type {CapacitySide} from '../../runbooks/recovery/capacity.ts'
import {findLiveRule} from './live-rule-creation.ts'
import {describeStack} from './read-stacks.ts'
import type {AwsSession} from './session.ts'

type Signal = AbortSignal | undefined

/** The settings of a file that doesn't name its place, completed. `session` is one of the home Region. */
export async function stackRelease(session: AwsSession, settings: ReleaseSettings, signal?: Signal): Promise<ReleaseConfig> {
  const [main, foundation] = await Promise.all([
    outputsOf(session, stackOf(settings, 'main'), signal),
    settings.deadMansSwitch.role === null ? outputsOf(session, stackOf(settings, 'foundation'), signal) : null,
  ])
  const groups = {a: main('TargetGroupA'), b: main('TargetGroupB')}
  const listener = main('ListenerArn')
  const rule = await findLiveRule(session, listener, groups, signal)
  if (rule === null) throw noLiveRule(session.region, listener)
  return {
    ...settings,
    loadBalancer: main('LoadBalancerArn'),
    listener,
    rule: rule.arn,
    cluster: main('ClusterName'),
    slots: {
      a: {service: slotService(settings, 'a'), targetGroup: groups.a},
      b: {service: slotService(settings, 'b'), targetGroup: groups.b},
    },
    // The stack's role trusts the stack's group alone: these three belong together.
    deadMansSwitch:
      foundation === null
        ? settings.deadMansSwitch
        : {
            ...settings.deadMansSwitch,
            role: foundation('SchedulerRoleArn'),
            group: foundation('ScheduleGroupName'),
            deadLetterQueue: foundation('SwitchDeadLetterQueueArn'),
          },
  }
}

type OfStack = Extract<RecoveryTarget, {readonly stack: string}>

/** The slot that serves in the recovery Region, should users come; a Region whose rule isn't there yet begins with slot a. */
export async function homeInRecovery(
  session: AwsSession,
  {stack, slots}: OfStack,
  signal?: Signal,
): Promise<{readonly cluster: string; readonly service: string}> {
  const main = await outputsOf(session, stack, signal)
  const rule = await findLiveRule(session, main('ListenerArn'), {a: main('TargetGroupA'), b: main('TargetGroupB')}, signal)
  const isB = rule !== null && rule.weights.b > rule.weights.a
  return {cluster: main('ClusterName'), service: isB ? slots.b : slots.a}
}

/** Where the home Region's production is: `session` is one of that Region. */
export async function servingHosts(session: AwsSession, stack: string, signal?: Signal): Promise<CapacitySide> {
  const main = await outputsOf(session, stack, signal)
  const rule = await findLiveRule(session, main('ListenerArn'), {a: main('TargetGroupA'), b: main('TargetGroupB')}, signal)
  return {
    region: session.region,
    cluster: main('ClusterName'),
    hosts: main('HostsName'),
    serving: rule !== null && rule.weights.b > rule.weights.a ? 'b' : 'a',
  }
}

/** Outputs by name; one that is missing is an unfinished stack. */
async function outputsOf(session: AwsSession, name: string, signal: Signal): Promise<(output: string) => string> {
  const state = await describeStack(session, {name, region: session.region}, signal)
  if (state === null) throw unfinished(session.region, name, "isn't there")
  return (output) => {
    const value = state.outputs[output]
    if (value === undefined) throw unfinished(session.region, name, `is ${state.status} and has no output ${output}`)
    return value
  }
}

function unfinished(region: string, name: string, what: string): SluiceError {
  return new SluiceError({
    code: 'stack-unfinished',
    exitCode: ExitCode.usage,
    message: `The stack ${name} in ${region} ${what}: there is nothing to release to yet.`,
    suggestions: ['sluice infra up', 'sluice infra status'],
  })
}

function noLiveRule(region: string, listener: string): SluiceError {
  return new SluiceError({
    code: 'stack-unfinished',
    exitCode: ExitCode.usage,
    message: `The listener ${listener} in ${region} has no rule tagged sluice:live: there is nothing to release to yet.`,
    suggestions: ['sluice infra up'],
  })
}
