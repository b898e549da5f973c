/**
 * The whole way down, in order: reading `downPlan` tells what happens. Pure: from what was observed and agreed to, to steps.
 * Slots and live rule first, protections as steps of their own, replica before primary, stacks in reverse of what they need,
 * foundations last, and data at the very end, when nobody writes any more. What isn't in the input isn't touched.
 */
import type {Plan, Runbook, Step} from '../engine/step.ts'
import type {DownInput, DownStack} from './down-input.ts'
import type {DownWorld} from './down-ports.ts'
import {downPlanName} from './infra-runs.ts'
import {emptyBucket, removeReplica, replicaGone} from './steps/down-data.ts'
import {
  freeHosts,
  hostsFreed,
  liftDeletionProtection,
  liftTermination,
  protectionLifted,
  terminationLifted,
} from './steps/down-protection.ts'
import {liveRuleGone, removeSlots} from './steps/down-slots.ts'
import {deleteStack} from './steps/down-stack.ts'
import {removeStore} from './steps/down-stores.ts'

type DownStep = Step<DownWorld>

export const stackGone = (id: string): string => `no-${id}`

export function downPlan(input: DownInput): Plan<DownWorld> {
  return {
    name: downPlanName,
    steps: [
      ...input.slots.flatMap(removeSlots),
      ...input.stacks.flatMap((stack) => protections(input, stack)),
      ...input.stacks.flatMap((stack) => stackSteps(input, stack)),
      ...input.replicas.map((one) =>
        removeReplica(one, [
          ...quiet(input, one.region),
          ...liftedIn(input, ({kind, id}) => kind === 'database' && id === one.id),
        ]),
      ),
      ...input.buckets.flatMap((one) =>
        emptyBucket(
          one,
          input.stacks.map(({id}) => stackGone(id)),
        ),
      ),
      ...input.stores.map((one) =>
        removeStore(
          one,
          input.stacks.map(({id}) => stackGone(id)),
        ),
      ),
    ],
    guards: [],
    ends: 'done',
    onRollBack: null,
    onHalt: null,
  }
}

export const downRunbook = (input: DownInput): Runbook<DownWorld> => ({first: downPlanName, plan: () => downPlan(input)})

/** Traffic and tasks are gone before anything becomes deletable. */
function protections(input: DownInput, stack: DownStack): readonly DownStep[] {
  const after = quiet(input, stack.region)
  return [
    ...(stack.terminationProtection === 'on' ? [liftTermination(stack, after)] : []),
    ...stack.protects.map((thing) => liftDeletionProtection(thing, after)),
    ...(stack.groups.length > 0 ? [freeHosts(stack, after)] : []),
  ]
}

const quiet = (input: DownInput, region: string): readonly string[] =>
  input.slots.filter((slots) => slots.region === region).map(() => liveRuleGone(region))

function stackSteps(input: DownInput, stack: DownStack): readonly DownStep[] {
  const {id, name, region, groups} = stack
  const lifted = [
    ...quiet(input, region),
    ...(stack.terminationProtection === 'on' ? [terminationLifted(id)] : []),
    ...stack.protects.map(protectionLifted),
  ]
  const nested = stack.nested.map((one) =>
    deleteStack({
      id: `no-${one.logicalId}-${id}`,
      title: `${one.logicalId} of ${id} deleted`,
      stack: {name: one.id, region},
      groups: [],
      needs: [...lifted, ...(one.logicalId === 'Database' ? replicasOf(input) : [])],
      retain: retainedIn(input, stack, one.id),
    }),
  )
  // Not those that are deleted by themselves anyway, and not the root: its own step does that.
  const deeper =
    input.options.stuck === 'tried-again'
      ? []
      : stack.stuck
          .filter(
            ({stack: stuck, logicalIds}) =>
              stuck.name !== name && logicalIds.length > 0 && !stack.nested.some((one) => one.id === stuck.name),
          )
          .map(({stack: stuck, path, logicalIds}) =>
            deleteStack({
              id: `no-${path}-${id}`,
              title: `${path} of ${id} deleted, without ${logicalIds.join(', ')}`,
              stack: stuck,
              groups: [],
              needs: lifted,
              retain: logicalIds,
            }),
          )
  return [
    ...nested,
    ...deeper,
    deleteStack({
      id: stackGone(id),
      title: `${id} deleted`,
      stack: {name, region},
      groups,
      retain: retainedIn(input, stack, name),
      needs: [
        ...lifted,
        ...nested.map((step) => step.id),
        ...deeper.map((step) => step.id),
        ...(groups.length > 0 ? [hostsFreed(region)] : []),
        ...before(input, stack),
      ],
    }),
  ]
}

function retainedIn({options}: DownInput, {stuck}: DownStack, name: string): readonly string[] {
  return options.stuck === 'tried-again' ? [] : (stuck.find(({stack}) => stack.name === name)?.logicalIds ?? [])
}

const replicasOf = (input: DownInput): readonly string[] => input.replicas.map(({id, region}) => replicaGone(id, region))

/** Stacks that need this one go before it. */
function before(input: DownInput, {kind, region}: DownStack): readonly string[] {
  switch (kind) {
    case 'main':
      // In its network.
      return (['surge', 'drill', 'replica'] as const).flatMap((one) => idsOf(input, one, region).map(stackGone))
    case 'certificate':
      // In use as long as there is a distribution.
      return idsOf(input, 'main', input.config.region).map(stackGone)
    case 'foundation':
      // Its role deletes the others.
      return input.stacks.filter((one) => one.kind !== 'foundation').map(({id}) => stackGone(id))
    case 'replica':
      // Its stack leaves the instance, and would be the only one to know of it.
      return input.replicas.filter((one) => one.region === region).map(({id}) => replicaGone(id, region))
    case 'surge':
    case 'drill':
      return []
  }
}

const idsOf = (input: DownInput, kind: DownStack['kind'], region: string): readonly string[] =>
  input.stacks.filter((stack) => stack.kind === kind && stack.region === region).map(({id}) => id)

const liftedIn = (input: DownInput, which: (thing: DownStack['protects'][number]) => boolean): readonly string[] =>
  input.stacks.flatMap(({protects}) => protects.filter(which).map(protectionLifted))
