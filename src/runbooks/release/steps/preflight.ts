/** Is everything as a release needs it? Reads only; whatever it finds wrong ends the run with nothing changed. */
import {seconds} from '../../engine/clock.ts'
import type {Failed, Step} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {minuteMs, requestsOn, settledUntil} from '../measure.ts'
import {allOn, canarySlot, otherSlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'

export function preflight(input: ReleaseInput): Step<ReleaseWorld> {
  return {
    id: 'preflight',
    title: 'preflight',
    needs: [],
    calls: call(
      input,
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeTargetHealth',
      'elasticloadbalancing:DescribeTargetGroupAttributes',
      'ecs:DescribeServices',
    ),
    deadlineMs: seconds(300),
    atDeadline: 'fail',
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll: async (world, context) => {
      const [rule, settings, stable, canary, targets] = await Promise.all([
        world.rule.read(context.signal),
        world.targets.settings(canarySlot(input), context.signal),
        world.slots.read(input.stableSlot, context.signal),
        world.slots.read(canarySlot(input), context.signal),
        world.targets.health(input.stableSlot, context.signal),
      ])
      if (rule.unusable !== null) return refuse(`the live rule can't be used: ${rule.unusable}`)
      if (rule.weights[input.stableSlot] === 0 || rule.weights[otherSlot(input.stableSlot)] !== 0) {
        return refuse(`the live rule isn't at rest: ${rule.words}, expected all weight on slot ${input.stableSlot}`)
      }
      const others = await world.otherRules(context.signal)
      if (others.length > 0)
        return refuse(`${others.join(', ')} forwards to a slot's target group too: a release would move only part of its traffic`)
      const silent = await silentGates(world, input, context.signal)
      if (silent.length > 0)
        return refuse(`nothing is published for ${silent.join(', ')} although stable has requests: check the gate's metrics`)
      const healthy = targets.filter((target) => target.state === 'healthy').length
      if (healthy === 0) return refuse(`stable (slot ${input.stableSlot}) has no healthy target`)
      if (stable.deployments.length > 1 || stable.running < stable.desired) {
        return {
          kind: 'pending',
          waitsFor: `stable to be steady (${stable.running} of ${stable.desired} tasks)`,
          lookAgainAt: context.now + seconds(5),
        }
      }
      return {
        kind: 'done',
        note: `all weight on slot ${input.stableSlot}, ${healthy} of ${targets.length} targets healthy`,
        facts: {
          actionsHash: rule.actionsHash,
          // What the rule looks like with all weight home: the switch writes the same.
          homeHash: world.rule.preview(rule, allOn(input.stableSlot)).actionsHash,
          canaryCapacityProvider: canary.capacityProvider,
          slowStartMs: seconds(settings.slowStartSeconds),
        },
      }
    },
  }
}

/** Gates of the team's own whose metric shows nothing where there was traffic: a misspelt name would never fail anything. */
async function silentGates(world: ReleaseWorld, input: ReleaseInput, signal: AbortSignal): Promise<readonly string[]> {
  const own = input.config.gates.filter((gate) => gate.kind === 'counts')
  if (own.length === 0) return []
  const until = settledUntil(world.awsTime())
  const counted = await world.metrics.counts(until - 15 * minuteMs, until, signal)
  if (requestsOn(input.stableSlot, counted) === 0) return []
  return own
    .map(({name}) => name)
    .filter((name) => counted.every((minute) => (minute.custom[name]?.[input.stableSlot][0] ?? null) === null))
}

const refuse = (because: string): Failed => ({kind: 'failed', because, then: 'fail'})
