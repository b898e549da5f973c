/**
 * The proof that a drill left nothing: everything with its tag, and everything by the names it would have, looked for after its stack is
 * gone. What AWS still tells of a while after its end is waited for; what stays is named, with where it is.
 */
import {minutes} from '../engine/clock.ts'
import type {Step, Then} from '../engine/step.ts'
import {drillCluster, drillDatabase, drillGroup, drillService, drillStack, drillTag} from './drill-steps/drill-names.ts'
import type {DrillInput} from './input.ts'
import {later, lookStep} from './look-step.ts'
import {callsOf} from './port-calls.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

export interface Residue {
  /** Each with what it is and where. */
  readonly left: readonly string[]
  /** Revisions of task definitions that can't run any more: ECS keeps their names for ever, they cost nothing and hold nothing. */
  readonly retired: number
}

async function residueOf(
  world: RecoveryWorld,
  input: DrillInput,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Residue> {
  const {
    side: {region, cluster},
  } = input
  const stack = drillStack(input)
  const [state, service, ...found] = await Promise.all([
    world.stacks.describe(stack, signal),
    world.compute.service(region, cluster, drillService(input), signal),
    ...names.map(async (name) => {
      const drill = {place: input.place, name}
      const [tagged, database, hosts] = await Promise.all([
        world.readiness.tagged(region, {[drillTag]: name}, signal),
        world.database.describe(region, drillDatabase(drill), signal),
        // A group of hosts isn't told by its tags.
        world.compute.hosts(region, drillGroup(drill), drillCluster(drill), signal),
      ])
      return {tagged, database, hosts}
    }),
  ])
  const tagged = found.flatMap((one) => one.tagged)
  const retired = tagged.filter(isRevision)
  return {
    retired: retired.length,
    left: [
      ...new Set([
        ...(state === null || state.status === 'DELETE_COMPLETE' ? [] : [`stack ${stack.name} (${state.status}) in ${region}`]),
        ...(service === null || service.running + service.desired === 0
          ? []
          : [`service ${service.name} with ${service.running} tasks in ${region}`]),
        ...found.flatMap(({database}) =>
          database === null ? [] : [`database ${database.id} (${database.status}) in ${region}`],
        ),
        ...found.flatMap(({hosts}) =>
          hosts === null ? [] : [`Auto Scaling group ${hosts.group} with ${hosts.inService} hosts in ${region}`],
        ),
        ...tagged.filter((arn) => !isRevision(arn)).map((arn) => `${arn} in ${region}`),
      ]),
    ],
  }
}

const isRevision = (arn: string): boolean => arn.includes(':task-definition/')

export function residueStep(input: DrillInput, then: Then): Step<RecoveryWorld> {
  const {region} = input.side
  return lookStep({
    id: 'residue',
    title: 'Nothing left, by inventory',
    needs: [input.clean ? 'leftovers' : 'remove'],
    calls: callsOf(region, 'stacks.describe', 'readiness.tagged', 'database.describe', 'compute.service', 'compute.hosts'),
    deadlineMs: minutes(30),
    atDeadline: then,
    look: async (world, context) => {
      const before = input.clean ? context.facts('leftovers')['left'] : null
      const names = [input.name, ...(typeof before === 'string' && before !== '' ? [before] : [])]
      const {left, retired} = await residueOf(world, input, names, context.signal)
      if (left.length === 0)
        return {kind: 'done', facts: {residue: 0, left: [], retiredRevisions: retired}, note: 'nothing is left'}
      if (context.now - context.startedAt < minutes(20)) return later(context, `${left.length} to be gone: ${left[0] ?? ''}`, 15)
      return {
        kind: 'failed',
        because: `the drill ${input.name} has left ${left.length}: ${left.join('; ')}. sluice dr drill --clean tries again`,
        then,
      }
    },
  })
}
