/**
 * Takes off what keeps a stack from being deleted: termination protection, deletion protection of databases and load balancers,
 * protection of hosts from scale-in. Each is a step of its own, seen before a person agrees; none is ever taken off in passing.
 */
import {minutes} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import type {DownStack} from '../down-input.ts'
import type {DownWorld, Protected} from '../down-ports.ts'
import {liftProtection} from './down-stack.ts'

type DownStep = Step<DownWorld>

export function liftTermination({id, name, region}: DownStack, needs: readonly string[]): DownStep {
  const stack = {name, region}
  return {
    id: terminationLifted(id),
    title: `termination protection off ${id}`,
    needs,
    calls: ['cloudformation:DescribeStacks', 'cloudformation:UpdateTerminationProtection'].map((action) => ({action, region})),
    deadlineMs: minutes(5),
    atDeadline: 'fail',
    observe: async (world, {signal}) => {
      const state = await world.stacks.describe(stack, signal)
      return state === null || !state.protected ? {kind: 'done'} : {kind: 'not-done'}
    },
    start: (world, {signal}) => world.stacks.protect(stack, 'off', signal),
    poll: async () => ({kind: 'done'}),
  }
}
export const terminationLifted = (id: string): string => `no-termination-protection-${id}`

const words = {database: 'database', 'load-balancer': 'load balancer'} as const
const lifting = {
  database: ['rds:DescribeDBInstances', 'rds:ModifyDBInstance'],
  'load-balancer': ['elasticloadbalancing:DescribeLoadBalancerAttributes', 'elasticloadbalancing:ModifyLoadBalancerAttributes'],
} as const

export const protectionLifted = ({kind, region, id}: Protected): string => `no-protection-${kind}-${shortName(id)}@${region}`

export function liftDeletionProtection(thing: Protected, needs: readonly string[]): DownStep {
  const {kind, region, id} = thing
  return {
    id: protectionLifted(thing),
    title: `deletion protection off ${words[kind]} ${shortName(id)}`,
    needs,
    calls: lifting[kind].map((action) => ({action, region})),
    deadlineMs: minutes(10),
    atDeadline: 'fail',
    observe: async (world, {signal}) =>
      (await world.teardown.deletionProtection(thing, signal)) === 'on' ? {kind: 'not-done'} : {kind: 'done'},
    start: (world, {signal}) => world.teardown.liftDeletionProtection(thing, signal),
    poll: async (world, {now, signal}) =>
      (await world.teardown.deletionProtection(thing, signal)) === 'on'
        ? {kind: 'pending', waitsFor: `the ${words[kind]} to be changed`, lookAgainAt: now + 3000}
        : {kind: 'done'},
  }
}

/** `…:loadbalancer/app/NAME/0a1b` is NAME to a person. */
const shortName = (id: string): string => (id.startsWith('arn:') ? (id.split('/').at(-2) ?? id) : id)

export const hostsFreed = (region: string): string => `hosts@${region}`

/** Managed termination protection keeps hosts with tasks; a group of such hosts is never emptied. */
export function freeHosts({region, groups}: DownStack, needs: readonly string[]): DownStep {
  return {
    id: hostsFreed(region),
    title: `protection from scale-in off the hosts in ${region}`,
    needs,
    calls: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:SetInstanceProtection'].map((action) => ({action, region})),
    deadlineMs: minutes(10),
    atDeadline: 'fail',
    observe: async (world, {signal}) => {
      const instances = await Promise.all(groups.map((group) => world.ground.protectedInstances(region, group, signal)))
      return instances.every((one) => one === null || one.length === 0) ? {kind: 'done'} : {kind: 'not-done'}
    },
    start: async (world, {signal}) => {
      const freed = await Promise.all(groups.map((group) => liftProtection(world, region, group, signal)))
      return {facts: {freed: freed.reduce((sum, count) => sum + count, 0)}}
    },
    poll: async (_world, {own: {freed}}) => ({kind: 'done', ...(typeof freed === 'number' && {note: `${freed} hosts`})}),
  }
}
