/**
 * How long provisioning will take and which stacks are on the longest way: usual seconds of what will be made, over one graph of
 * all Regions. Pure, and a forecast only: nothing may wait or fail because of it.
 */
import type {ForecastResource, PlannedSlot, PlannedStack, WantedStack} from './infra-plan.ts'

export interface Forecast {
  readonly criticalPath: readonly {readonly id: string; readonly seconds: number}[]
  readonly etaSeconds: number
}

interface Node {
  readonly key: string
  readonly id: string
  readonly seconds: number
  readonly needs: readonly string[]
}

/** An ECS service from nothing to healthy, as CloudFormation's averages have it. */
export const slotSeconds = 119
/** An update in place: parameters, policies, alarms. */
const updateSeconds = 15
const unmade = {seconds: 0, way: [] as readonly Node[]}

export function forecast(
  stacks: readonly WantedStack[],
  planned: readonly PlannedStack[],
  slots: readonly PlannedSlot[],
): Forecast {
  const verdicts = new Map(planned.map(({id, verdict}) => [id, verdict]))
  const nodes = stacks.flatMap((stack): readonly Node[] => {
    const verdict = verdicts.get(stack.id)
    const creates = verdict?.kind === 'create' || (verdict?.kind === 'repair' && verdict.how !== 'continue-rollback')
    const updates = verdict?.kind === 'update' || verdict?.kind === 'later' || (creates && twoPasses(stack))
    return [
      ...(creates ? [{key: stack.id, id: stack.id, seconds: longestSeconds(stack.resources), needs: stack.needs}] : []),
      ...(updates
        ? [
            {
              key: `${stack.id}.then`,
              id: stack.id,
              seconds: secondPass(stack, verdict?.kind ?? ''),
              needs: [stack.id, ...stack.thenNeeds.flatMap((need) => [need, need.replace(/\.then$/, '')])],
            },
          ]
        : []),
    ]
  })
  const regions = [
    ...new Set(slots.filter(({what, verdict}) => what === 'slot-a' && verdict === 'create').map(({region}) => region)),
  ]
  const all = [
    ...nodes,
    ...regions.map((region) => ({
      key: `slots@${region}`,
      id: `slots@${region}`,
      seconds: slotSeconds,
      needs: [`main@${region}`],
    })),
  ]
  const {seconds, way} = longestWay(all)
  return {criticalPath: way.map(({id, seconds: own}) => ({id, seconds: Math.round(own)})), etaSeconds: Math.round(seconds)}
}

const twoPasses = ({first, then}: WantedStack): boolean => JSON.stringify(first) !== JSON.stringify(then)

function secondPass({thenResources = []}: WantedStack, verdict: string): number {
  return verdict === 'update' ? updateSeconds : updateSeconds + longestSeconds(thenResources)
}

/** Usual seconds of the longest way through a stack's own resources. */
export function longestSeconds(resources: readonly ForecastResource[]): number {
  return longestWay(resources.map(({path, seconds, needs}) => ({key: path, id: path, seconds, needs}))).seconds
}

function longestWay(nodes: readonly Node[]): {readonly seconds: number; readonly way: readonly Node[]} {
  const byKey = new Map(nodes.map((node) => [node.key, node]))
  const known = new Map<string, typeof unmade>()
  const upTo = (key: string): typeof unmade => {
    const before = known.get(key)
    const node = byKey.get(key)
    if (before !== undefined || node === undefined) return before ?? unmade
    known.set(key, unmade)
    const longest = longer(node.needs.map(upTo))
    const result = {seconds: longest.seconds + node.seconds, way: [...longest.way, node]}
    known.set(key, result)
    return result
  }
  return longer(nodes.map(({key}) => upTo(key)))
}

const longer = (ways: readonly (typeof unmade)[]): typeof unmade =>
  ways.reduce((longest, way) => (way.seconds > longest.seconds ? way : longest), unmade)
